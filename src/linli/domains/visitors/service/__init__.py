"""Rules of visits, the passes that follow from them, and the posters that visitors scan."""
