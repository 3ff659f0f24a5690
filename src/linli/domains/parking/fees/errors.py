"""What can go wrong with tariffs."""

from linli.kernel.errors import Conflict


class CasesFail(Conflict):
    """A case costs something else than was worked out for it."""

    code = "tariff.cases_fail"


class TariffPublished(Conflict):
    """Stays were charged by it: it cannot be deleted any more."""

    code = "tariff.published"


class StayOver(Conflict):
    """The vehicle is not inside any more."""

    code = "stay.over"


class NothingDue(Conflict):
    """Everything is paid."""

    code = "stay.nothing_due"


class NothingTaken(Conflict):
    """No cash was taken since the last hand-over."""

    code = "stay.nothing_taken"


class CashRefundTooLarge(Conflict):
    """More than was taken in cash for the stay."""

    code = "stay.cash_refund_too_large"


class NotInTill(Conflict):
    """Who gives back holds less cash."""

    code = "stay.not_in_till"


class StillDue(Conflict):
    """Another amount is due now than was taken."""

    code = "stay.other_amount"
