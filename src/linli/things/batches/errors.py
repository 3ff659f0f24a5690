"""Errors of batches."""

from typing import Any

from linli.kernel.errors import BadInput, Conflict, Forbidden
from linli.things.tables import Problem


class BatchRefused(BadInput):
    """A file has faults and nothing was begun; `problems` lists all, the message names the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        first = problems[0]
        facts: dict[str, Any] = {**first.facts}
        super().__init__(field=f"row {first.row} {first.column}".strip(), rule=first.rule, **facts)


class BatchAtWork(Conflict):
    """It is being made, or undone already."""

    code = "batch.at_work"


class LinkUsed(Forbidden):
    """The link to a certificate file was used, or is too old."""

    code = "batch.link_used"
