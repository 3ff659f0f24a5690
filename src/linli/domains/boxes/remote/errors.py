"""Errors of remote work."""

from linli.kernel.errors import Conflict, LinliError, Unavailable


class BoxAway(Unavailable):
    """The box's gateway device is not connected: nothing can be asked of it now."""

    code = "edge.box_away"


class BoxSilent(Unavailable):
    """It is connected, but no tunnel came, or no answer through it."""

    code = "edge.box_silent"


class TooManyTunnels(Conflict):
    code = "edge.too_many_tunnels"


class BoxRefused(LinliError):
    """The box answered with a fault; `text` is its own."""

    code = "edge.box_refused"


class BoxNotActive(Conflict):
    """It was never activated, so there is nothing to work on."""

    code = "edge.box_not_active"
