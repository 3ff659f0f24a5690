"""The rules of access, by noun; the only writers of this room's tables."""
