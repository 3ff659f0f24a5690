"""A cold standby: a second box that fetches the first one's backup now and then, and becomes it when it is gone.

    active    GET {box}/standby/state      {"serialNumber","nodeName","versions","nowMs"}
              GET {box}/standby/archive    the sealed backup

Both are signed with the pairing key, which also seals the archive: what travels over the LAN tells nobody anything. The
standby has no identity before it takes over, so that two boxes never speak for one node; it refuses to take over while
the first still answers.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

import httpx
import msgspec

from linli.edge.services.keeping.archive import BoxFacts, Manifest, back_up, read_manifest
from linli.edge.services.keeping.floors import Versions
from linli.edge.services.keeping.moving import restore
from linli.edge.services.keeping.seal import SealFailed
from linli.edge.services.network import NetworkFiles
from linli.edge.services.web import Call
from linli.kernel.clock import Clock
from linli.kernel.http.client import Client

SKEW_MS: Final = 300_000
EVERY_S: Final = 900
KEPT: Final = 3
ARCHIVE_BYTES: Final = 8 * 1024**3
SECONDS: Final = 30.0
_STATE, _ARCHIVE = "/standby/state", "/standby/archive"


class StillThere(Exception):
    """The active box answers: two boxes must not be one node."""


class NothingKept(LookupError):
    """No backup was fetched yet."""


class Pairing(msgspec.Struct, frozen=True, rename="camel"):
    """On the standby: the active box."""

    address: str
    """`http://192.168.1.2:9110`: the active box's local console."""
    key: str


class StandbyState(msgspec.Struct, frozen=True, rename="camel"):
    """The active box's own report."""

    box: BoxFacts
    now_ms: int


def new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(24)).decode()


def pairing_key(home: Path, *, make: bool = False) -> str | None:
    """The active box's pairing key; `make` a new one, which ends every earlier pairing."""
    place = home / "standby" / "key"
    if make:
        _private(place, new_key().encode())
    try:
        return place.read_text("ascii").strip() or None
    except FileNotFoundError:
        return None


def sign(key: str, path: str, time_ms: int, nonce: str) -> str:
    return hmac.new(key.encode(), f"{path}\n{time_ms}\n{nonce}".encode(), hashlib.sha256).hexdigest()


class StandbyDoor:
    """On the active box: serves what its standby asks for, behind the local console's port."""

    def __init__(
        self, home: Path, facts: Callable[[], BoxFacts], clock: Clock, network: NetworkFiles | None = None
    ) -> None:
        self._home = home
        self._facts = facts
        self._clock = clock
        self._network = network
        self._seen: dict[str, int] = {}
        self._busy = asyncio.Lock()
        self.asked_ms = 0
        """When the standby last fetched (UTC ms); 0: not since the box started."""

    async def serve(self, call: Call) -> None:
        key = pairing_key(self._home)
        if (
            call.method != "GET"
            or call.path not in (_STATE, _ARCHIVE)
            or key is None
            or not self._signed(call, key)
        ):
            await call.answer(403, b'{"code":403,"message":"not paired"}', "application/json")
            return
        if call.path == _STATE:
            state = StandbyState(self._facts(), self._clock.now_ms())
            await call.answer(200, msgspec.json.encode(state), "application/json")
            return
        async with self._busy:
            await self._send_archive(call, key)

    def _signed(self, call: Call, key: str) -> bool:
        time_text, nonce = call.header("x-linli-time"), call.header("x-linli-nonce")
        now = self._clock.now_ms()
        if not (
            time_text.isascii() and time_text.isdigit() and len(time_text) < 16 and 8 <= len(nonce) <= 64
        ):
            return False
        wanted = sign(key, call.path, int(time_text), nonce)
        if abs(now - int(time_text)) > SKEW_MS or not hmac.compare_digest(
            wanted, call.header("x-linli-sign")
        ):
            return False
        self._seen = {seen: at for seen, at in self._seen.items() if now - at < 2 * SKEW_MS}
        fresh = nonce not in self._seen
        self._seen[nonce] = now
        return fresh

    async def _send_archive(self, call: Call, key: str) -> None:
        target = self._home / "standby" / "outgoing"
        try:
            await asyncio.to_thread(
                back_up,
                self._home,
                target,
                passphrase=key,
                facts=self._facts(),
                now_ms=self._clock.now_ms(),
                network=self._network.places() if self._network is not None else (),
            )
            length = str(target.stat().st_size).encode()
            await call.begin(
                200, [(b"Content-Type", b"application/octet-stream"), (b"Content-Length", length)]
            )
            with target.open("rb") as content:
                while chunk := await asyncio.to_thread(content.read, 256 * 1024):
                    await call.write(chunk)
            await call.end()
            self.asked_ms = self._clock.now_ms()
        finally:
            target.unlink(missing_ok=True)


class Standby:
    """On the second box."""

    def __init__(
        self, home: Path, clock: Clock, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._home = home
        self._folder = home / "standby"
        self._clock = clock
        self._transport = transport

    def pair(self, pairing: Pairing) -> None:
        _private(self._folder / "pairing.json", msgspec.json.encode(pairing))

    @property
    def pairing(self) -> Pairing | None:
        try:
            return msgspec.json.decode((self._folder / "pairing.json").read_bytes(), type=Pairing)
        except FileNotFoundError:
            return None

    def kept(self) -> list[Path]:
        """Backups fetched, oldest first."""
        return sorted(self._folder.glob("*.linlibox")) if self._folder.is_dir() else []

    async def state(self) -> StandbyState:
        """Of the active box. Raises NothingKept (not paired), httpx.HTTPError, ValueError."""
        async with self._client() as client:
            answer = await client.get(_STATE, headers=self._headers(_STATE))
            answer.raise_for_status()
            return msgspec.json.decode(answer.content, type=StandbyState)

    async def pull(self) -> Manifest:
        """Fetch a backup, read it, and only then count it. Raises as `state`, and SealFailed, OSError."""
        pairing = self._paired()
        target = self._folder / f"{self._clock.now_ms():015}.linlibox"
        part = target.with_suffix(".part")
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            await self._fetch(part)
            manifest = await asyncio.to_thread(read_manifest, part, pairing.key)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        for old in self.kept()[:-KEPT]:
            old.unlink()
        return manifest

    async def run(
        self, *, every_s: float = EVERY_S, report: Callable[[str], None] = lambda text: None
    ) -> None:
        """Fetch for as long as the standby stands by; a failure is told and tried again at the next turn."""
        while True:
            try:
                manifest = await self.pull()
                report(f"fetched a backup of {manifest.box.node_name or manifest.box.serial_number}")
            except (httpx.HTTPError, ValueError, OSError) as error:
                report(f"no backup this time: {type(error).__name__}: {error}")
            await self._clock.sleep(every_s)

    async def take_over(self, *, here: Versions, force: bool = False) -> Manifest:
        """Become the active box with its newest readable backup. Raises StillThere, NothingKept, MoveRefused, OSError.

        `force`: the active box is known to be without power and network, whatever answers at its address.
        """
        pairing = self._paired()
        if not force and await self._answers():
            raise StillThere(
                f"the box at {pairing.address} still answers: take its power and network away first"
            )
        for archive in reversed(self.kept()):
            with contextlib.suppress(SealFailed):
                return await asyncio.to_thread(
                    restore,
                    archive,
                    self._home,
                    passphrase=pairing.key,
                    here=here,
                    now_ms=self._clock.now_ms(),
                )
        raise NothingKept("no readable backup was fetched")

    async def _answers(self) -> bool:
        """Anything that takes the connection counts: a box that is ill still holds the node."""
        try:
            await self.state()
        except (httpx.TransportError, OSError):
            return False
        except (httpx.HTTPError, ValueError):
            return True
        return True

    async def _fetch(self, part: Path) -> None:
        size = 0
        async with (
            self._client() as client,
            client.stream("GET", _ARCHIVE, headers=self._headers(_ARCHIVE)) as answer,
        ):
            answer.raise_for_status()
            with _open_private(part) as out:
                async for chunk in answer.aiter_raw():
                    size += len(chunk)
                    if size > ARCHIVE_BYTES:
                        raise ValueError(f"a backup has at most {ARCHIVE_BYTES} bytes")
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())

    def _paired(self) -> Pairing:
        pairing = self.pairing
        if pairing is None:
            raise NothingKept("this box stands by for none: linli edge standby pair")
        return pairing

    def _client(self) -> Client:
        more: dict[str, Any] = {} if self._transport is None else {"transport": self._transport}
        return Client(base_url=self._paired().address, trust_env=False, timeout=SECONDS, **more)

    def _headers(self, path: str) -> dict[str, str]:
        now, nonce = self._clock.now_ms(), secrets.token_hex(16)
        return {
            "x-linli-time": str(now),
            "x-linli-nonce": nonce,
            "x-linli-sign": sign(self._paired().key, path, now, nonce),
        }


def _private(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.part")
    with _open_private(part) as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(place)


def _open_private(place: Path) -> BinaryIO:
    return open(os.open(place, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb")
