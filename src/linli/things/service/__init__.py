"""Rules of the thing platform; the only writers of its tables beside the inbox."""
