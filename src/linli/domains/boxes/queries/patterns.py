"""Text that people search for, as a pattern."""


def like(text: str) -> str:
    """A pattern that finds `text` anywhere, whatever its case."""
    escaped = text.casefold().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
