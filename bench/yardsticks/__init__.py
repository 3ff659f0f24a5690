"""Other people's parts doing the same job, written plainly. They import nothing of Linli."""
