"""A notice as callers send it, and its checks."""

import re
from typing import Final

import msgspec

from linli.kernel.errors import BadInput

TYPES: Final = range(1, 10)
"""NOTICE_TYPE of spec B §2.1."""
COMPOUND: Final = 6
PUBLISH_TYPES: Final = range(1, 8)
"""PUBLISH_TYPE: bits 1, 2 and 4, at least one of them."""
PHONES: Final = 1 | 2
"""Channels that the residents' pages and notifications stand for. """
TERMINALS: Final = 4
"""The channel of indoor terminals: our own pages, and speakers that subscribers of `community/message/change` serve."""

TITLE_MAX: Final = 20
GROUPS_MAX: Final = 5
TEXT_MAX: Final = 1000
TARGETS_MAX: Final = 500
_TITLE = re.compile(r"[0-9A-Za-z\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")


class Publication(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One group of a notice: a text and perhaps a picture."""

    text: str
    upload_id: str = ""


class Content(msgspec.Struct, frozen=True):
    """Text and recipients of a notice. `checked` checks them; the service checks pictures and spaces."""

    title: str
    publications: list[Publication]
    type: int
    publish_type: int
    is_top: int
    space_ids: list[int] = []
    """Empty: the whole community."""


def check_flag(value: int, field: str) -> None:
    """Raises BadInput unless 0 or 1."""
    if value not in (0, 1):
        raise BadInput(field=field, rule="one_of", allowed="0, 1")


def checked(content: Content) -> Content:
    """The content with blanks removed. Limits of spec B §7. Raises BadInput."""
    title = content.title.strip()
    if not title:
        raise BadInput(field="title", rule="required")
    if len(title) > TITLE_MAX:
        raise BadInput(field="title", rule="too_long", limit=TITLE_MAX)
    if not _TITLE.fullmatch(title):
        raise BadInput(field="title", rule="letters_digits_chinese")
    if not content.publications:
        raise BadInput(field="publications", rule="required")
    if len(content.publications) > GROUPS_MAX:
        raise BadInput(field="publications", rule="too_many_items", limit=GROUPS_MAX)
    for number, group in enumerate(content.publications):
        if not group.text.strip():
            raise BadInput(field=f"publications[{number}].text", rule="required")
        if len(group.text) > TEXT_MAX:
            raise BadInput(field=f"publications[{number}].text", rule="too_long", limit=TEXT_MAX)
    if content.type not in TYPES:
        raise BadInput(field="type", rule="range", low=TYPES[0], high=TYPES[-1])
    if content.publish_type not in PUBLISH_TYPES:
        raise BadInput(field="publishType", rule="range", low=PUBLISH_TYPES[0], high=PUBLISH_TYPES[-1])
    check_flag(content.is_top, "isTop")
    if len(content.space_ids) > TARGETS_MAX:
        raise BadInput(field="spaceIds", rule="too_many_items", limit=TARGETS_MAX)
    return msgspec.structs.replace(content, title=title, space_ids=list(dict.fromkeys(content.space_ids)))
