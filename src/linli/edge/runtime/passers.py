"""Who passed, as far as the box knows: by the face, the code or the card that a door told of."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from linli.edge.runtime.desired_rows import BLE, CARD, QR, find_content
from linli.edge.runtime.lift_notes import PassNote
from linli.edge.store import Store
from linli.protocols.edge_link import PassageRules, credential_mark

_WAYS: Final[dict[str, tuple[str, str]]] = {
    "qrCode": (QR, "person"),
    "tradCard": (CARD, "userId"),
    "bleCard": (BLE, "userId"),
}
"""By the pass's type: kind of the wish that holds the credential, and the field of its content that names the person."""


class Pass(NamedTuple):
    """A person who just passed."""

    device: str
    way: str
    content: str
    info: Mapping[str, Any]
    notes: Mapping[str, PassNote] = {}
    """By lift whose own reader it is, what becomes of the pass there."""


class Who(NamedTuple):
    """Who passed, as far as the box knows; empty texts else. `mark` is the credential's in linkages."""

    person: str
    mark: str
    user: str = ""
    """By what name the machine knows them, where that is another one."""


class Passers:
    """`siblings`: all devices of the machine that a device belongs to. `face_user` is by what userId a camera
    (DeviceName) that compares itself knows a face."""

    def __init__(
        self,
        store: Store,
        siblings: Callable[[str], tuple[str, ...]],
        face_user: Callable[[str, str], Awaitable[str]],
    ) -> None:
        self._store = store
        self._siblings = siblings
        self._face_user = face_user

    async def who(self, passed: Pass, rules: PassageRules) -> Who:
        if passed.way == "face":
            # Where the integrator gave no id of their own, the pass names the face once more.
            person = rules.faces.get(passed.content) or str(passed.info.get("userId", ""))
            user = "" if passed.info.get("userId") else await self._face_user(passed.device, passed.content)
            return Who(person, _mark(rules, "IDENTITY", person), user)
        if passed.way not in _WAYS:
            return Who("", "")
        kind, field = _WAYS[passed.way]
        # A sealed code stands in clear where the doorkeeper put it.
        credential = str(passed.info.get("userId") or passed.content) if kind == QR else passed.content
        doors = self._siblings(passed.device)

        def look(connection: sqlite3.Connection) -> tuple[str, str] | None:
            return find_content(connection, doors, kind, credential)

        row = await self._store.read(look)
        content: dict[str, Any] = msgspec.json.decode(row[1], type=dict[str, Any]) if row else {}
        named = "QRCODE" if kind == QR else "CARD"
        return Who(str(content.get(field) or ""), _mark(rules, named, credential))


def _mark(rules: PassageRules, kind: str, value: str) -> str:
    return credential_mark(bytes.fromhex(rules.mark_key), kind, value) if value else ""


def info_of(values: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(values.get("extInfo") or "{}", type=dict[str, Any])
    except (msgspec.MsgspecError, TypeError):
        return {}
