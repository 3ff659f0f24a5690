"""Thing-model documents as they come in from people and files."""

from typing import Any

from linli.things.errors import TslRefused
from linli.tsl import ModelRefused, ThingModel, parse, parse_json


def read_tsl(tsl: str | bytes | dict[str, Any] | None) -> ThingModel:
    """A thing model from a document, as text or decoded; None or empty text is the empty model. Raises TslRefused."""
    if tsl is None or tsl in ("", b""):
        return ThingModel()
    try:
        return parse(tsl) if isinstance(tsl, dict) else parse_json(tsl)
    except ModelRefused as refused:
        raise TslRefused(refused) from refused
