"""A person's own data: seeing it and who read it, exporting it, and asking for its deletion.

Only notifications imports this room, to notify people of its events.
"""
