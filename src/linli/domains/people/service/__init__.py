"""The rules of people, by noun; the only writers of this room's tables."""
