"""Rules of video; the only writer of its tables."""
