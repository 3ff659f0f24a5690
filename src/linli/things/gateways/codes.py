"""Reply codes that gateways read; the vendor's numbers, so that logs of old gateways keep their meaning."""

from typing import Final

UNSIGNED: Final = 401
"""`topo/add`: an entry's signature does not fit its sub-device."""
NOT_A_GATEWAY: Final = 403
TOO_MANY_SUBS: Final = 428
PARAMS: Final = 460
NO_SESSION: Final = 520
"""Logging out a sub-device that is not logged in here."""
FORBIDDEN: Final = 522
"""The sub-device is disabled."""
NO_DEVICE: Final = 6100
"""No such device, or not of the gateway's tenant."""
NO_PRODUCT: Final = 6250
REGISTER_OFF: Final = 6288
"""Dynamic registration is off for the product."""
WRONG_SIGN: Final = 6287
"""Log-in or registration: the signature does not fit."""
ALREADY_ACTIVE: Final = 6289
"""The device has connected before: its secret is not given out again."""
NO_TOPOLOGY: Final = 6401
"""The device is no sub-device of this gateway."""
OWN_SUB: Final = 6402
"""A gateway cannot be its own sub-device, nor another gateway's."""
BOUND_ELSEWHERE: Final = 6619
"""The device belongs to another gateway."""
