"""Rules of lifts."""
