"""The course of calls as pages get it: whom each tried, and each try to open."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.calls.opening_words import words_of
from linli.calls.rows import ASKED, CallStep, Opening, staff_of
from linli.domains.intercom.call_lines import names_of_numbers
from linli.domains.intercom.queries.homes import steps_of_calls
from linli.domains.intercom.queries.openings import openings_of_calls
from linli.domains.people.queries import persons
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.rules.unlocking import TryResult


class TriedStep(msgspec.Struct, rename="camel", frozen=True):
    """Whom a call tried."""

    step: Annotated[str, Meta(description="indoor, family, neighbour, desk, phone, message")]
    started_ms: int
    ended_ms: Annotated[int, Meta(description="0: not yet.")]
    phones: Annotated[int, Meta(description="How many rang.")]
    result: Annotated[
        str,
        Meta(
            description="As calls end; `rings`: now; `elsewhere`: taken at another step; `none`: no such phone."
        ),
    ]
    taken_by: Annotated[str, Meta(description="The member who took it; empty: nobody, or not known.")]


class OpeningTry(msgspec.Struct, rename="camel", frozen=True):
    """Somebody asked to open the door."""

    at_ms: int
    who: Annotated[str, Meta(description="Empty: not known.")]
    number: str
    way: Annotated[str, Meta(description="info, star, remote: the last way that was tried; empty: none.")]
    opened: bool
    result: str
    words: Annotated[str, Meta(description="The result, in the reader's language.")]


class Course(msgspec.Struct, rename="camel", frozen=True):
    """How a call went on."""

    steps: list[TriedStep]
    openings: list[OpeningTry]


async def courses_of(scope: Scope, db: Reader, call_ids: list[int], language: str) -> dict[int, Course]:
    """By call; of calls without one an empty course."""
    steps = await steps_of_calls(scope, db, call_ids)
    tries = await openings_of_calls(scope, db, call_ids)
    numbers = [step.number for step in steps if step.number]
    numbers += [row.number for row in tries if staff_of(row.number)]
    by_number = await names_of_numbers(scope, db, numbers)
    who = await persons.names(scope, db, sorted({row.identity_id for row in tries if row.identity_id}))
    courses = {call_id: Course([], []) for call_id in call_ids}
    for step in steps:
        courses[step.call_id].steps.append(_step(step, by_number))
    for row in tries:
        courses[row.call_id].openings.append(_try(row, who | by_number, language))
    return courses


def _step(row: CallStep, names: dict[str, str]) -> TriedStep:
    return TriedStep(
        step=row.step,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        phones=row.phones,
        result=row.result,
        taken_by=names.get(row.number, ""),
    )


def _try(row: Opening, names: dict[str, str], language: str) -> OpeningTry:
    return OpeningTry(
        at_ms=row.asked_ms,
        who=names.get(row.identity_id) or names.get(row.number, ""),
        number=row.number,
        way=row.way,
        opened=row.result == TryResult.OPENED,
        result=row.result,
        words="" if row.result == ASKED else words_of(row.result, language),
    )
