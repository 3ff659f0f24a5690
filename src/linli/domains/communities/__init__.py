"""Communities: claimed and reviewed, their space tree, files and imports. Spec B §3.4-3.6, A §2.1-2.2."""
