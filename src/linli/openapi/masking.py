"""Excerpts of what was sent and answered, for the request log: short, without what opens doors and whom it names."""

from collections.abc import Iterable

from linli.kernel.masking import masked_text, may_hold

CODE_ANSWERED = b'"***"'
"""Stands for an answer that is nothing but a code."""


def excerpts(raws: Iterable[bytes], limit: int) -> list[str]:
    """The first `limit` bytes of each JSON as text, with codes, secrets, links, names and phones hidden."""
    cuts = (raw[: limit + 1] for raw in raws)
    return [
        masked_text(_shown(cut, limit), persons=True, looked=True)
        if may_hold(cut, persons=True)
        else _shown(cut, limit)
        for cut in cuts
    ]


def _shown(cut: bytes, limit: int) -> str:
    if len(cut) > limit:
        return cut[:limit].decode("utf-8", "ignore").replace("\0", "") + "…"
    return cut.decode("utf-8", "replace").replace("\0", "")
