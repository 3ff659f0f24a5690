"""What can be wrong with a SIP message."""


class Malformed(ValueError):
    """Text that no rule of the grammar allows. `status` is the answer that a request of this kind deserves."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


class NotSip(ValueError):
    """Bytes that do not begin as a SIP message does: nobody waits for an answer to them."""
