"""What can go wrong with cars without a plate."""

from linli.kernel.errors import Conflict


class NoCarWaits(Conflict):
    """No car stands before the barrier for which no ticket was taken yet."""

    code = "ticket.no_car"


class TicketInUse(Conflict):
    """The phone is the ticket of a car that is inside."""

    code = "ticket.in_use"


class LotFull(Conflict):
    """No parking space of the lot is free for a guest."""

    code = "ticket.lot_full"


class OtherLot(Conflict):
    """The lane is no exit of the lot in which the car stands."""

    code = "ticket.other_lot"
