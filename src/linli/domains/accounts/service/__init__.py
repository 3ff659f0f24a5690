"""Rules of log-ins."""
