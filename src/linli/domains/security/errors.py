"""Refusals of smart security."""

from linli.kernel import i18n
from linli.kernel.errors import Conflict, Unavailable


class LibraryBound(Conflict):
    """Arming rules still look for its faces."""

    code = "security.library_bound"


class SearchRefused(Unavailable):
    """No box and no model could search, or the box does not give the scene. `why` in the words of whoever refused."""

    code = "security.search_refused"


class PlanOfApplication(Conflict):
    """Who made a capture plan by the open API changes it."""

    code = "security.plan_of_application"


class PlanBusy(Conflict):
    """Pictures of the plan are being taken."""

    code = "security.plan_busy"


class NoPictureNow(Unavailable):
    """A camera gives no picture by its maker's interface. `why`: the reason of a NoSnapshot."""

    code = "security.no_snapshot"

    def text(self, language: str = i18n.DEFAULT) -> str:
        return reason_text(str(self.facts["why"]), language)


def reason_text(why: str, language: str) -> str:
    """A NoSnapshot, or the code of an error, as plans keep it, in words; of an adapter: as it answered."""
    reason, _, detail = why.partition(" ")
    for key in (f"error.{NoPictureNow.code}.{reason}", f"error.{reason}"):
        if (words := i18n.text(key, language, detail=detail)) != key:
            return words
    return why
