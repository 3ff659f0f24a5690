"""Which seat sees to which lane: one at a time."""
