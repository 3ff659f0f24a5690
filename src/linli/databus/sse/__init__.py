"""Subscribers over server-sent events: one stream a connection, resumed by the number of the last message."""
