"""Video: information about a community's cameras."""
