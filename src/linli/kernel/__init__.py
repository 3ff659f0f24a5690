"""The base of all rooms: time, ids, errors, scope, database, events, files, settings. Knows no room."""
