"""What can go wrong with robots."""

from linli.kernel import i18n
from linli.kernel.errors import Conflict, Forbidden, NotFound, TooMany


class NoSuchLift(NotFound):
    """No lift of this name in the robot's zone, whether or not there is one elsewhere."""

    code = "robot.no_lift"


class FloorNotAllowed(Forbidden):
    """A floor that the robot has no right to, or that the lift lacks."""

    code = "robot.no_floor"


class OutOfHours(Forbidden):
    """Its hours are others."""

    code = "robot.out_of_hours"


class RobotOff(Forbidden):
    """It was switched off."""

    code = "robot.off"


class TooHeavy(Forbidden):
    """Robot and goods weigh more than the lift may carry for it, or it does not tell what they weigh."""

    code = "robot.too_heavy"


class LiftNotRunning(Conflict):
    """The car does not run now, or does not tell where it is."""

    code = "robot.lift_not_running"

    def text(self, language: str = i18n.DEFAULT) -> str:
        state = i18n.text(f"lift_state.{self.facts['state']}", language)
        return i18n.text(f"error.{self.code}", language, state=state)


class SessionElsewhere(Conflict):
    """The robot has another session, or this one holds another lift."""

    code = "robot.other_session"


class NotNow(Conflict):
    """The session is in a state in which its floor cannot change."""

    code = "robot.not_now"


class TooManySessions(TooMany):
    """Sessions of one robot within an hour."""

    code = "robot.too_many_sessions"
