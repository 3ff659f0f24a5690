"""What real cameras do, for simulated ones to do it too."""

from dataclasses import dataclass


@dataclass
class Faults:
    """What real cameras do."""

    silent: bool = False
    """It says yes and sends nothing."""
    no_key: bool = False
    h265: bool = False
    wrong_ssrc: bool = False
    stranger: str = ""
    """It sends from this address."""
    deaf: bool = False
    """It answers no INVITE."""
    refuses: int = 0
    """It refuses an INVITE with this status."""
    no_contact: bool = False
    """Its answers to INVITE lack a Contact."""
    loses: int = 0
    """Of so many packets it loses one; 0: none."""
    keys_each: int = 1
    """Of so many key pictures it sends one."""
    clock_s: int = 0
    """Its clock is ahead by so much."""
    no_catalogue: bool = False
    """It does not answer the question for it."""
    short_catalogue: bool = False
    """It says that it has one camera more than it lists."""
    shy: bool = False
    """It registers again and again without a log-in."""
    refuses_subscriptions: int = 0
    """It refuses each SUBSCRIBE with this status; 408: it does not answer."""
    forgets_subscriptions: bool = False
    """It knows none any more when they are renewed."""
    grants_s: int = 0
    """The longest time of a subscription; 0: what is asked."""
    refuses_orders: bool = False
    """It answers commands with ERROR."""
    silent_orders: bool = False
    """It answers commands not at all."""
    keys_when_asked: bool = False
    """It sends a key picture only when it is asked for one."""
    refuses_keys: str = ""
    """What it answers who asks for a key picture: a status, or ERROR."""
    slow_catalogue: bool = False
    """Each camera comes in a message of its own, the last one twice."""
