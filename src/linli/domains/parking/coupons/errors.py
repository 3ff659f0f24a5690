"""What can go wrong with coupons."""

from linli.kernel.errors import Conflict, Forbidden


class OfferOver(Conflict):
    """It was revoked, its time is over, or everything of it was given or spent."""

    code = "coupon.over"


class NotBeside(Conflict):
    """The vehicle has another coupon, and one of the two does not go with others."""

    code = "coupon.not_beside"


class TooManyCoupons(Conflict):
    """The vehicle has as many as one fee takes."""

    code = "coupon.too_many"


class WrongPin(Forbidden):
    """The merchant's PIN is another one."""

    code = "coupon.wrong_pin"
