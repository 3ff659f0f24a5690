"""Conditions under which residents are listed."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries.persons import like
from linli.kernel.entry import Filter


class ResidentConditions(msgspec.Struct, frozen=True, kw_only=True):
    """The filter of residents; None: all.

    `text` is a part of the name or the phone; those of `or_houses` and `or_persons`, which a caller found by the same
    text, fit it too. Times are inclusive, UTC ms, and count changes of the row or person.
    """

    house_id: int | None = None
    house_ids: list[int] | None = None
    group_id: str | None = None
    status: int | None = MOVED_IN
    type: int | None = None
    types: list[int] | None = None
    phone: str | None = None
    name: str | None = None
    text: str | None = None
    or_houses: list[int] = []
    or_persons: list[int] = []
    since_ms: int | None = None
    until_ms: int | None = None

    @property
    def binds(self) -> dict[str, Any]:
        """The conditions, by the names that the statements use."""
        name, text = self.name, self.text
        if text and not name and not any(character.isdigit() for character in text):
            name, text = text, None  # no part of a phone: half as much to look at
        given: dict[str, Any] = {
            "house_id": self.house_id,
            "house_ids": self.house_ids,
            "group_id": self.group_id,
            "status": self.status,
            "type": self.type,
            "types": self.types,
            "phone": self.phone,
            "name": like(name) if name else None,
            "text": like(text) if text else None,
            "since": self.since_ms,
            "until": self.until_ms,
            "or_houses": self.or_houses or None,
            "or_persons": self.or_persons or None,
        }
        return {key: value for key, value in given.items() if value is not None}


class ResidentFilter(Filter, frozen=True):
    """Residents of a community, as its list and its workbook are asked for."""

    q: Annotated[
        str,
        Meta(
            description="A part of the name, phone or plate, a house as people say it, or a card's whole number."
        ),
    ] = ""
    status: Annotated[int | None, Meta(description="None: those who live there.")] = None
    group: Annotated[str, Meta(description="Id of a user group.")] = ""

    @property
    def conditions(self) -> ResidentConditions:
        return ResidentConditions(
            text=self.q.strip() or None,
            status=MOVED_IN if self.status is None else self.status,
            group_id=self.group or None,
        )


LIVING_THERE: Final = ResidentConditions()
