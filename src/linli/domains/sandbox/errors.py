"""What can go wrong with sandboxes."""

from linli.kernel.errors import Conflict, NotFound, TooMany, Unavailable


class NoSandbox(NotFound):
    """The caller has no sandbox now."""

    code = "sandbox.none"

    def __init__(self) -> None:
        super().__init__(what="sandbox")


class SandboxThere(Conflict):
    """The caller has one already."""

    code = "sandbox.there"


class TooManySandboxes(TooMany):
    """The tenant has as many as it may."""

    code = "sandbox.too_many"


class SandboxFailed(Unavailable):
    """Making it failed. Facts: `call`, `reason`."""

    code = "sandbox.failed"
