"""Video: what is known of the cameras of a community."""
