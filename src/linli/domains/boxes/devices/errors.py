"""Errors of devices under a protocol."""

from linli.kernel.errors import Conflict


class NoCommunity(Conflict):
    """The gateway belongs to no community yet: there is no space to bind to."""

    code = "edge.no_community"


class CountChanged(Conflict):
    """There are more or fewer devices now than the page showed."""

    code = "edge.count_changed"


class WrongState(Conflict):
    """The import is not where this could be done."""

    code = "edge.import_state"
