"""The intercom of sites whose boxes run it: what a box gets, and what it tells."""
