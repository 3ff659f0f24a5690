"""Path, version and result of each method of `access`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.access.models import (
    BleCardProblem,
    CardHeldPage,
    CardProblem,
    CardStatus,
    DoorOutcome,
    UserOut,
    UserOutPage,
)
from linli_sdk.methods import Method

CARDS_OF_DOOR: Method[CardHeldPage] = Method(
    "/entrance/paas/device/perm/query", "1.0.0", token="optional", result=CardHeldPage, reads=True
)
DELETE_BLE_CARDS: Method[list[BleCardProblem]] = Method(
    "/entrance/paas/perm/blecard/batchdelete", "1.0.0", token="optional", result=list[BleCardProblem]
)
MODIFY_BLE_CARDS: Method[list[BleCardProblem]] = Method(
    "/entrance/paas/perm/blecard/batchmodify", "1.0.0", token="optional", result=list[BleCardProblem]
)
DELETE_CARDS: Method[list[CardProblem]] = Method(
    "/entrance/paas/perm/card/batchdelete", "1.0.1", token="optional", result=list[CardProblem]
)
MODIFY_CARDS: Method[list[CardProblem]] = Method(
    "/entrance/paas/perm/card/batchmodify", "1.0.2", token="optional", result=list[CardProblem]
)
CONFIG_QR: Method[list[DoorOutcome]] = Method(
    "/entrance/paas/perm/qrcode/config", "1.0.1", token="optional", result=list[DoorOutcome]
)
ENCRYPT_QR: Method[str] = Method("/entrance/paas/perm/qrcode/encrypt", "1.0.0", token="optional", result=str)
REMOVE_QR: Method[list[DoorOutcome]] = Method(
    "/entrance/paas/perm/qrcode/remove", "1.0.1", token="optional", result=list[DoorOutcome]
)
DELETE_USER: Method[None] = Method("/entrance/paas/user/delete", "1.0.0", token="optional")
GET_USER: Method[UserOut] = Method(
    "/entrance/paas/user/get", "1.0.0", token="optional", result=UserOut, reads=True
)
MODIFY_USER: Method[None] = Method("/entrance/paas/user/modify", "1.0.0", token="optional")
CARDS_OF_USERS: Method[list[CardStatus]] = Method(
    "/entrance/paas/user/perm/query", "1.0.1", token="optional", result=list[CardStatus], reads=True
)
QUERY_USERS: Method[UserOutPage] = Method(
    "/entrance/paas/user/query", "1.0.0", token="optional", result=UserOutPage, reads=True
)
GENERATE_QR: Method[str] = Method("/homelink/common/qrcode/generate", "1.0.1", token="optional", result=str)
