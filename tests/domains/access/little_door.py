"""Doors in memory behind the thing calls: each really reads its file, keeps its list, and decrypts what it is shown."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from linli.kernel.clock import Clock
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.protocols.door_permissions import HeldPermissions, decode
from linli.protocols.qr_rsa import CodeError, PublicKey, open_code
from linli.rules import Decision, PassCode, check_card, check_qr
from linli.things.errors import DeviceOffline, DeviceRefused


@dataclass
class LittleDoor:
    clock: Clock
    online: bool = True
    permissions: HeldPermissions = field(default_factory=HeldPermissions)
    key: PublicKey | None = None
    used: dict[str, int] = field(default_factory=dict)
    opened: int = 0
    files: list[bytes] = field(default_factory=list)

    def scan(self, text: str) -> tuple[Decision, dict[str, Any]]:
        """Show a QR picture; what the door decides and the passEvent it would send."""
        try:
            assert self.key is not None
            sealed = open_code(self.key, text)
        except CodeError:
            decision, code = check_qr(None, used=0, now_ms=self.clock.now_ms()), text
        else:
            code, right = sealed.code, self.permissions.qr.get(sealed.code)
            decision = check_qr(
                right,
                used=self.used.get(code, 0) if right and not right.shared else 0,
                now_ms=self.clock.now_ms(),
                picture_expires_s=sealed.expires_s,
            )
            if decision.opens:
                self.used[code] = self.used.get(code, 0) + 1
        return decision, self._event("qrCode", code, decision.code)

    def swipe(self, card: str) -> tuple[Decision, dict[str, Any]]:
        decision = check_card(self.permissions.cards.get(card), now_ms=self.clock.now_ms())
        return decision, self._event("tradCard", card, decision.code)

    def _event(self, kind: str, content: str, code: PassCode) -> dict[str, Any]:
        extra = {"type": kind, kind: content, "eventTime": str(self.clock.now_ms() // 1000)}
        return {
            "code": int(code),
            "message": code.message,
            "type": kind,
            "content": content,
            "extInfo": msgspec.json.encode(extra).decode(),
        }


@dataclass
class LittleDoors:
    """Stands where the calls to devices go out; files are read as a door would, by their signed URL."""

    objects: ObjectStore
    doors: dict[str, LittleDoor] = field(default_factory=dict)

    async def invoke(
        self, scope: Scope, iot_id: str, identifier: str, args: Mapping[str, Any], *, timeout_s: float
    ) -> Mapping[str, Any]:
        door = self._reach(iot_id)
        if identifier == "remoteOpen":
            door.opened += 1
        elif identifier == "syncPermissions":
            content = await self._download(args["permissionUrl"])
            door.files.append(content)
            door.permissions.apply(decode(content))
        else:
            raise DeviceRefused(answer=404, message="no such service")
        return {}

    async def set_properties(
        self, scope: Scope, iot_id: str, values: Mapping[str, Any], *, timeout_s: float
    ) -> None:
        self._reach(iot_id).key = PublicKey.from_spki(b64decode(values["RSAPublicKey"]))

    def _reach(self, iot_id: str) -> LittleDoor:
        door = self.doors[iot_id]
        if not door.online:
            raise DeviceOffline(id=iot_id)
        return door

    async def _download(self, url: str) -> bytes:
        key = self.objects.key_of(url)
        assert key is not None
        self.objects.check(key, url.partition("?")[2], "GET")
        return await self.objects.get(key)
