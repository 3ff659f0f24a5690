"""Errors of sandboxes."""

from linli.kernel.errors import Conflict, NotFound, TooMany, Unavailable


class NoSandbox(NotFound):
    """The caller has no sandbox."""

    code = "sandbox.none"

    def __init__(self) -> None:
        super().__init__(what="sandbox")


class SandboxThere(Conflict):
    """The caller has a sandbox already."""

    code = "sandbox.there"


class TooManySandboxes(TooMany):
    """The tenant has as many sandboxes as it may have."""

    code = "sandbox.too_many"


class SandboxFailed(Unavailable):
    """The sandbox could not be made. Facts: `call`, `reason`."""

    code = "sandbox.failed"
