"""What can go wrong with lifts."""

from typing import ClassVar

from linli.kernel import i18n
from linli.kernel.errors import Conflict, Forbidden, NotFound, TooMany, Unavailable


class LinkageUnknown(NotFound):
    """No linkage of this dataId that the caller may see."""

    code = "elevator.linkage_unknown"
    api_code: ClassVar[int | str | None] = 403

    def __init__(self, data_id: str) -> None:
        super().__init__(what="linkage", id=data_id[:64], field="dataId")


class ProjectKeyNeeded(Forbidden):
    """The key's project does not own the boxes that the lift is behind, so its rules could not be brought there."""

    code = "elevator.project_key"
    api_code: ClassVar[int | str | None] = 403


class PairTaken(Conflict):
    """This door calls this lift already."""

    code = "elevator.pair_taken"


class LiftRefused(Unavailable):
    """The lift answered that it does not do it, or was not reached."""

    code = "elevator.refused"
    api_code: ClassVar[int | str | None] = 20004


class _OfState(Conflict):
    """`state` is one of `rules.lift_states.STATES`, and shown as the text `lift_state.<state>`."""

    def text(self, language: str = i18n.DEFAULT) -> str:
        state = i18n.text(f"lift_state.{self.facts['state']}", language)
        return i18n.text(f"error.{self.code}", language, **{**self.facts, "state": state})


class LiftOut(_OfState):
    """No car that could come runs."""

    code = "elevator.out"
    api_code: ClassVar[int | str | None] = 20004

    def __init__(self, *, state: str) -> None:
        super().__init__(state=state)


class LiftSaysSo(_OfState):
    """A person cannot say that a car runs while its lift says that it does not."""

    code = "elevator.says_so"

    def __init__(self, *, state: str) -> None:
        super().__init__(state=state)


class NoLiftToLock(Conflict):
    """No lift is there, or an emergency locks all of them already."""

    code = "elevator.no_lift_to_lock"


class LiftUnreadable(Unavailable):
    """What the lift answered of its cars and floors cannot be read."""

    code = "elevator.unreadable"


class CalledTooOften(TooMany):
    """A home called lifts `most` times within a minute; `seconds` until it may again."""

    code = "elevator.called_too_often"
