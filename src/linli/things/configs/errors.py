"""Errors of remote configuration."""

from linli.kernel.errors import Conflict


class NothingToPush(Conflict):
    """The product has no configuration, or no device of it is online."""

    code = "config.nothing_to_push"


class PushRunning(Conflict):
    """An earlier push of the same product is still under way."""

    code = "config.push_running"


class SameContent(Conflict):
    """The current version says the same already."""

    code = "config.same_content"
