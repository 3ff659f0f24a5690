"""What the platform holds about a person, shown to that person; who read it; taking it along; having it deleted.

Imported by no other room but notifications, which tells its events.
"""
