"""The rules of communities, by noun; the only writers of this room's tables."""
