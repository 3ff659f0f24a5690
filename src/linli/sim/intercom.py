"""The intercom of a simulated door (spec A 4.2): its account, its rooms, how rooms are keyed, and how long it is used."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx
import msgspec

from linli.sim.link import CallFailed, DeviceLink

LEAST_USE, MOST_USE = 1, 5
"""Minutes of one use (spec A 4.1)."""
MINUTE_S: Final = 60.0
_ACCOUNT = ("sipNumber", "password", "sipServerAddr", "sipServerPort")


class _Pair(msgspec.Struct, rename="camel", frozen=True):
    group_id: str
    room_id: str


class _RoomFile(msgspec.Struct, rename="camel", frozen=True):
    sync_group_room_list: list[_Pair]


class Kept(msgspec.Struct, frozen=True):
    """What survives a power cut."""

    account: dict[str, str] = {}
    rooms: dict[str, str] = {}
    mode: int = 0
    use_minutes: int = MOST_USE


class DoorIntercom:
    """Takes part in the door's line. `download` fetches a file as the door does."""

    def __init__(
        self,
        link: DeviceLink,
        download: Callable[[str], Awaitable[bytes]],
        changed: Callable[[], None],
    ) -> None:
        self.account: dict[str, str] = {}
        """The four texts of `SyncSipNumber`; empty: none."""
        self.rooms: dict[str, str] = {}
        """Group by room, as it is keyed here."""
        self.mode = 0
        """0: the house alone is keyed, 1: building, unit and house."""
        self.use_minutes = MOST_USE
        self.minute_s = MINUTE_S
        self._download = download
        self._changed = changed
        link.on_service("SyncSipNumber", self._take_account)
        link.on_service("querySipNumber", self._tell_number)
        link.on_service("SyncGroupIdAndRoomId", self._take_rooms)

    def group_of(self, room: str) -> str | None:
        """Whom the door rings when somebody keys a room."""
        return self.rooms.get(room)

    def choose_use(self, minutes: int) -> None:
        """Somebody sets on its screen how long one use may last. Raises ValueError."""
        if not LEAST_USE <= minutes <= MOST_USE:
            raise ValueError(f"one use lasts {LEAST_USE} to {MOST_USE} minutes")
        self.use_minutes = minutes
        self._changed()

    def use(self, end: Callable[[], None]) -> asyncio.TimerHandle:
        """A talk begins: `end` is called when it has lasted long enough, unless it is cancelled before."""
        return asyncio.get_running_loop().call_later(self.use_minutes * self.minute_s, end)

    @property
    def kept(self) -> Kept:
        return Kept(self.account, self.rooms, self.mode, self.use_minutes)

    def load(self, kept: Kept) -> None:
        self.account, self.rooms, self.mode = dict(kept.account), dict(kept.rooms), kept.mode
        self.use_minutes = kept.use_minutes

    def set(self, params: Any) -> dict[str, Any]:
        """The part of a property call that is the intercom's; what is to be reported."""
        text = params.get("ExtInfo") if isinstance(params, dict) else None
        if not isinstance(text, str):
            return {}
        try:
            self.mode = int(msgspec.json.decode(text).get("intercomDeviceMode", 0))
        except (msgspec.DecodeError, AttributeError, TypeError, ValueError):
            raise CallFailed(460, "bad ExtInfo") from None
        self._changed()
        return {"ExtInfo": text}

    async def _take_account(self, params: Any) -> dict[str, Any]:
        if not isinstance(params, dict) or any(not isinstance(params.get(name), str) for name in _ACCOUNT):
            raise CallFailed(460, "an account has four texts")
        self.account = {name: params[name] for name in _ACCOUNT} if params["sipNumber"] else {}
        self._changed()
        return {}

    async def _tell_number(self, params: Any) -> dict[str, Any]:
        return {"sipNumber": self.account.get("sipNumber", "")}

    async def _take_rooms(self, params: Any) -> dict[str, Any]:
        url = params.get("groupRoomMappingFileUrl") if isinstance(params, dict) else None
        if not isinstance(url, str):
            raise CallFailed(460, "groupRoomMappingFileUrl is missing")
        try:
            file = msgspec.json.decode(await self._download(url), type=_RoomFile)
        except (httpx.HTTPError, OSError, AttributeError) as error:
            raise CallFailed(500, f"download failed: {error}") from error
        except msgspec.MsgspecError as error:
            raise CallFailed(460, f"bad room file: {error}") from error
        self.rooms = {pair.room_id: pair.group_id for pair in file.sync_group_room_list}
        self._changed()
        return {}
