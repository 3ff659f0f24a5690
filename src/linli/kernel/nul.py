"""U+0000 in what callers send: PostgreSQL keeps it in no text, so it is refused on every engine."""

import msgspec


def holds_nul(body: bytes) -> bool:
    """Whether a text or a name in this JSON holds U+0000. Raises msgspec.DecodeError, RecursionError."""
    if b"\\u0000" not in body:
        return False
    waiting = [msgspec.json.decode(body)]
    while waiting:
        match waiting.pop():
            case str(text) if "\0" in text:
                return True
            case list(items):
                waiting += items
            case dict(members):
                waiting += members
                waiting += members.values()
    return False
