"""Errors of scripts."""

from typing import Literal

from linli.kernel.errors import Conflict, Unavailable

type FailureKind = Literal["error", "time", "memory", "output", "crash", "paused", "busy"]
"""`error`: the script threw, lacks the function, or returned the wrong thing; `time`, `memory`, `output`: beyond its
limits; `crash`: took its process along; `paused`: failed by its limits again and again and is not run for a while;
`busy`: the company's scripts have more to do than their share of time allows, and the device is to send again."""


class ScriptFailed(Conflict):
    """A script did not do its work. Facts: `function`, `reason` (English, as engines say it)."""

    code = "script.failed"

    def __init__(self, function: str, reason: str, kind: FailureKind, lines: tuple[str, ...] = ()) -> None:
        super().__init__(function=function, reason=reason)
        self.function = function
        self.reason = reason
        self.kind = kind
        self.lines = lines
        """The lines that it logged before."""


class SandboxBusy(Unavailable):
    """More calls wait than can be run soon."""

    code = "script.busy"


class ShareSpent(SandboxBusy):
    """The company's own scripts take so long that its further calls would wait too long."""

    code = "script.share_spent"


class DraftChanged(Conflict):
    """Somebody else saved the draft meanwhile."""

    code = "script.changed"


class NothingPublished(Conflict):
    """The product has no script that could be used."""

    code = "script.unpublished"
