"""Excerpts of requests and answers for the request log: short, without door codes and persons."""

from collections.abc import Iterable

from linli.kernel.masking import masked_text, may_hold

CODE_ANSWERED = b'"***"'
"""Stands for an answer that is nothing but a code."""


def excerpts(raws: Iterable[bytes], limit: int) -> list[str]:
    """The first `limit` bytes of each JSON as text, with codes, secrets, links, names and phones hidden."""
    return [_excerpt(raw[: limit + 1], limit) for raw in raws]


def _excerpt(cut: bytes, limit: int) -> str:
    # A look first pays for what is cut off, which no parser reads: whole JSON is walked as fast as it is looked over.
    if len(cut) <= limit or may_hold(cut, persons=True):
        return masked_text(_shown(cut, limit), persons=True, looked=True)
    return _shown(cut, limit)


def _shown(cut: bytes, limit: int) -> str:
    if len(cut) > limit:
        return cut[:limit].decode("utf-8", "ignore").replace("\0", "") + "…"
    return cut.decode("utf-8", "replace").replace("\0", "")
