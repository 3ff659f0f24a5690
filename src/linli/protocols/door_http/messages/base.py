"""The common part of all messages."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.protocols.door_http.codes import Code

Token = Annotated[str, Meta(min_length=1, max_length=64)]
Text = Annotated[str, Meta(max_length=256)]
Key = Annotated[str, Meta(min_length=1, max_length=64)]
"""An identity: faceId, cardId, ruleId …"""
Millis = Annotated[str, Meta(pattern=r"^\d{1,16}$")]
"""UTC milliseconds as a decimal string."""
Decimal = Annotated[str, Meta(pattern=r"^-?\d{1,6}(\.\d{1,12})?$")]
Switch = Annotated[int, Meta(ge=0, le=1)]
Page = int | Annotated[str, Meta(pattern=r"^\d{1,9}$")]
"""A number; an example of the source sends it as a string (spec G 11, row 11), so both are read."""

RULE_VERSION = "2021-12-13"
Version = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Unknown keys are ignored, absent optional ones are left out."""


class Request(Wire, frozen=True, kw_only=True):
    """All requests but `/connect` carry the token that their receiver gave out."""

    token: Token


class Versioned(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """First fields of the lift interfaces."""

    version: Version
    token: Token


class Answer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The members of every answer. `code` may be one that the table does not know."""

    code: int = Code.SUCCESS
    message: str = Code.SUCCESS.message


def page_number(value: Page | None) -> int | None:
    return None if value is None else int(value)
