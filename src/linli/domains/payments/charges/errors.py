"""What can go wrong with charges."""

from linli.kernel.errors import Conflict, Unauthorized


class NoProvider(Conflict):
    """Nobody here takes payments over the network."""

    code = "payment.no_provider"


class NoticeUntrue(Unauthorized):
    """A notice that the provider did not sign, or that is not of now, or of another charge or amount."""

    code = "payment.notice_untrue"


class NotPaid(Conflict):
    """Nothing was paid that could go back."""

    code = "payment.not_paid"


class RefundTooLarge(Conflict):
    """More than was paid and not given back yet."""

    code = "payment.refund_too_large"


class NotBooked(Conflict):
    """The provider's books do not have this payment, or another amount of it."""

    code = "payment.not_booked"
