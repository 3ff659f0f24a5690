"""What every room stands on: time, ids, errors, scope, database, events, files, settings. Knows no room."""
