"""A simulated smart door (spec A, 4.3): keeps its permission list, reads encrypted codes offline, opens, reports.

Its list, public key and unsent events survive a power cut when a state file is given, like the flash of a real door.
"""

import asyncio
import base64
import contextlib
import math
import random
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec

from linli.protocols import door_permissions, qr_rsa
from linli.protocols.door_permissions import Entry, HeldPermissions, PermissionFile
from linli.rules import credentials
from linli.rules.credentials import Decision
from linli.rules.pins import SPACE, Keypad, pin_digest
from linli.sim.intercom import DoorIntercom, Kept
from linli.sim.link import CallFailed, DeviceLink, Triple

DOWNLOAD_LIMIT = 16 * 1024 * 1024


class PinSpace:
    """The shared state of keypads of one controller: a wrong PIN at one counts at all."""

    def __init__(self) -> None:
        self.tries = Keypad()


class _State(msgspec.Struct, frozen=True):
    """The contents of the flash memory."""

    public_key: str
    held: bytes
    """The whole list as a permission file that adds everything."""
    used: dict[str, int]
    unsent: list[tuple[str, bytes]]
    keypad: tuple[int, int] = (0, 0)
    """Until when wrong PINs are owed, and the pause: cutting the power forgives nothing."""
    intercom: Kept = Kept()


class SimulatedDoor:
    """One door with a QR and card reader. `now_ms` is its own clock, which may be wrong on purpose.

    With `report_every_s` it tells its temperature now and then, as real ones do.
    """

    def __init__(
        self,
        triple: Triple,
        host: str,
        port: int,
        *,
        state: Path | None = None,
        now_ms: Callable[[], int] | None = None,
        report_every_s: float = 0,
    ) -> None:
        self._turn = asyncio.Lock()
        self.link = DeviceLink(triple, host, port)
        self.link.on_service("syncPermissions", self._sync_permissions)
        self.link.on_service("remoteOpen", self._remote_open)
        self.link.on_property_set(self._set)
        self.intercom = DoorIntercom(self.link, self._download, self._save)
        self.permissions = HeldPermissions()
        self.used: dict[str, int] = {}
        self.opened = 0
        """Times the lock was released, for any asker."""
        self.keypad = Keypad()
        self.pin_space = PinSpace()
        """Its own, unless a controller of several doors gives all of them one."""
        self.public_key: qr_rsa.PublicKey | None = None
        self.reads_plain = False
        """Its scanner is too coarse for encrypted codes: it takes each text for the code itself."""
        self.trust: ssl.SSLContext | bool = True
        """Authorities whose certificates it accepts for files over TLS; True: the public authorities."""
        self.refuse_files = False
        """A fault on request: answer `syncPermissions` with an error."""
        self._now_ms = now_ms or (lambda: time.time_ns() // 1_000_000)
        self.link.on_online = lambda: self.link.ask_time(self._now_ms())
        self._state_file = state
        self._report_every_s = report_every_s
        self._reports: asyncio.Task[None] | None = None
        self._load()

    async def start(self) -> None:
        await self.link.start()
        if self._report_every_s:
            self._reports = asyncio.create_task(self._report())

    async def stop(self) -> None:
        if self._reports is not None:
            self._reports.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reports
        await self.link.stop()
        self._save()

    # people at the door

    def scan(self, text: str) -> Decision:
        """Somebody holds a QR picture before the reader: the encrypted text, or a plain code on older doors."""
        code, expires = text, None
        if self.public_key is not None and not self.reads_plain:
            try:
                sealed = qr_rsa.open_code(self.public_key, text)
                code, expires = sealed.code, sealed.expires_s
            except qr_rsa.CodeError:
                code = ""
        qr_permission = self.permissions.qr.get(code)
        decision = credentials.check_qr(
            qr_permission, used=self.used.get(code, 0), now_ms=self._now_ms(), picture_expires_s=expires
        )
        if (
            decision.opens
            and qr_permission is not None
            and qr_permission.max_scans != credentials.UNLIMITED
            and not qr_permission.shared
        ):
            self.used[code] = self.used.get(code, 0) + 1
            self._save()
        self._passed("qrCode", code or text, decision)
        return decision

    def swipe(self, card: str) -> Decision:
        decision = credentials.check_card(self.permissions.cards.get(card), now_ms=self._now_ms())
        self._passed("tradCard", card, decision)
        return decision

    def tap(self, number: str) -> Decision:
        """A phone's Bluetooth card is held near."""
        decision = credentials.check_ble_card(self.permissions.ble_cards.get(number), now_ms=self._now_ms())
        self._passed("bleCard", number, decision)
        return decision

    def press(self, pin: str) -> Decision | None:
        """Somebody types a PIN; None while the keypad pauses after too many wrong ones."""
        now = self._now_ms()
        if self.keypad.paused(now) or self.pin_space.tries.paused(now):
            return None
        salts = {right.salt for right in self.permissions.passwords.values() if right.salt}
        digests = [pin_digest(pin, salt) for salt in sorted(salts)]
        password_key = next((key for key in (*digests, pin) if key in self.permissions.passwords), pin)
        decision = credentials.check_pin(self.permissions.passwords.get(password_key), now_ms=now)
        self.keypad = self.keypad.tried(decision.opens, now)
        self.pin_space.tries = self.pin_space.tries.tried(decision.opens, now, SPACE)
        if not decision.opens:
            self._save()
        self._passed("password", password_key, decision)
        return decision

    def _passed(self, kind: str, content: str, decision: Decision) -> None:
        if decision.opens:
            self.opened += 1
        extra = {"type": kind, kind: content, "eventTime": str(self._now_ms() // 1000)}
        event = {
            "code": int(decision.code),
            "message": decision.message,
            "type": kind,
            "content": content,
            "extInfo": msgspec.json.encode(extra).decode(),
        }
        self.link.queue_event("passEvent", event)
        if not self.link.online:
            self._save()

    # what the platform asks

    async def _sync_permissions(self, params: Any) -> dict[str, Any]:
        if self.refuse_files:
            raise CallFailed(500, "storage fault")
        url = params.get("permissionUrl") if isinstance(params, dict) else None
        if not isinstance(url, str):
            raise CallFailed(460, "permissionUrl is missing")
        try:
            # One file after the other, as they were told: a file that is still being read when the next call comes
            # would undo it.
            async with self._turn:
                content = await self._download(url)
                self.permissions.apply(door_permissions.decode(content))
        except (httpx.HTTPError, OSError, AttributeError) as error:  # the last: anyio, reset while connecting
            raise CallFailed(500, f"download failed: {error}") from error
        except door_permissions.PermissionFileError as error:
            raise CallFailed(460, f"bad permission file: {error}") from error
        self.used = {code: count for code, count in self.used.items() if code in self.permissions.qr}
        self._save()
        permissions = self.permissions
        count = (
            len(permissions.qr)
            + len(permissions.cards)
            + len(permissions.ble_cards)
            + len(permissions.passwords)
        )
        self.link.queue_properties({"PermissionCount": count})
        return {}

    async def _download(self, url: str) -> bytes:
        async with (
            # Reading the trusted certificates takes longer than the download: only where they are needed.
            httpx.AsyncClient(
                timeout=10, trust_env=False, verify=self.trust if url.startswith("https:") else False
            ) as client,
            client.stream("GET", url) as response,
        ):
            response.raise_for_status()
            content = b""
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > DOWNLOAD_LIMIT:
                    raise OSError("the file is too large")
            return content

    async def _remote_open(self, params: Any) -> dict[str, Any]:
        self.opened += 1
        return {}

    async def _set(self, params: Any) -> dict[str, Any]:
        if values := self.intercom.set(params):
            self.link.queue_properties(values)
        key = params.get("RSAPublicKey") if isinstance(params, dict) else None
        if isinstance(key, str):
            self._use_key(key)
            self._save()
            self.link.queue_properties({"RSAPublicKey": key})
        return {}

    def _use_key(self, key: str) -> None:
        with contextlib.suppress(ValueError):
            self.public_key = qr_rsa.PublicKey.from_spki(base64.b64decode(key))

    # by itself

    async def _report(self) -> None:
        noise = random.Random(self.link.triple.device_name)
        while True:
            await asyncio.sleep(self._report_every_s * noise.uniform(0.8, 1.2))
            self.link.queue_properties(self._tell_state(noise))

    def _tell_state(self, noise: random.Random) -> dict[str, Any]:
        """A door's reports of itself, from time to time."""
        hour = self._now_ms() / 3_600_000 % 24
        warmth = 31 + 4 * math.sin((hour - 1) / 24 * math.tau)  # warmest at 15:00 in UTC+8
        return {"Temperature": round(warmth + noise.uniform(-0.4, 0.4), 1)}

    # flash

    def _load(self) -> None:
        if self._state_file is None or not self._state_file.exists():
            return
        state = msgspec.json.decode(self._state_file.read_bytes(), type=_State)
        self.used = dict(state.used)
        self.permissions.apply(door_permissions.decode(state.held))
        self.link.take_up(state.unsent)
        self.intercom.load(state.intercom)
        self.keypad = Keypad(*state.keypad)
        if state.public_key:
            self._use_key(state.public_key)

    def _save(self) -> None:
        if self._state_file is None:
            return
        permission_file = PermissionFile(
            qr=tuple(Entry.put(right) for right in self.permissions.qr.values()),
            cards=tuple(Entry.put(right) for right in self.permissions.cards.values()),
            ble_cards=tuple(Entry.put(right) for right in self.permissions.ble_cards.values()),
            passwords=tuple(Entry.put(right) for right in self.permissions.passwords.values()),
        )
        key = base64.b64encode(self.public_key.to_spki()).decode() if self.public_key else ""
        state = _State(
            key,
            door_permissions.encode(permission_file),
            self.used,
            self.link.pending(),
            (self.keypad.owed_until_ms, self.keypad.paused_until_ms),
            self.intercom.kept,
        )
        aside = self._state_file.with_suffix(".part")
        aside.write_bytes(msgspec.json.encode(state))
        aside.replace(self._state_file)
