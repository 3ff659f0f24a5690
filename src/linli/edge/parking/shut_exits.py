"""Exits that stay shut before a car that paid: told to the cloud, for a person (ADR 0127)."""

from typing import Final

from linli.edge.parking import lifts, passes
from linli.edge.parking.work import Lift, Work

PAID_SHUT: Final = "paid_shut"
"""The car paid and was told of as gone, but the barrier did not move."""


def shut(work: Work, lift: Lift) -> None:
    """The barrier did not move."""
    place = work.site.barriers.get(lift.barrier)
    if place is None:
        lifts.over(work, lift.barrier)
    elif lifts.note_shut(work, lift.barrier):
        passes.report_paid(work, *place, lift, PAID_SHUT, opened=False)


def after_an_end(work: Work) -> None:
    """What was to open when the box ended: it may have moved or not, so a person looks."""
    for lift in lifts.unknown(work):
        shut(work, lift)
