"""A simulated lane camera (spec A 4.6): reads plates, decides by its own list, moves its barrier, shows and speaks.

Faults on request: a cut link (`link.cut`), files that it cannot fetch (`refuse_files`), slow work on a file
(`busy_polls`), a jammed barrier (`jammed`), pictures too large or of another kind (`see(picture=…)`), a screen that reads
no content (`led_broken`), a list that lost entries (`permissions`).
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import httpx
import msgspec

from linli.protocols.upload_tokens import unseal
from linli.protocols.vehicle_permissions import (
    BLACKLIST,
    ORDINARY,
    WHITELIST,
    VehicleEntry,
    VehicleFileError,
    decode,
    encode,
)
from linli.rules.parking_entry import (
    LED_SITUATION,
    PARK_RECORD_V2,
    Arrival,
    Direction,
    Lane,
    Reason,
    Right,
    RightKind,
    State,
    Verdict,
    judge,
)
from linli.rules.plates import is_new_energy
from linli.sim.link import CallFailed, DeviceLink, Triple

UPLOAD_SECONDS: Final = 10
OPENED, CLOSED = 0, 1
_KINDS: Final[dict[int, RightKind]] = {ORDINARY: "ordinary", WHITELIST: "whitelist", BLACKLIST: "blacklist"}
_HERE: Final = "here"
_GREEN, _BLUE = 5, 2


class SimulatedLaneCamera:
    """`now_ms` is its own clock. `mixed` takes content for screen and voice together; `rows` below 0 breaks lines."""

    def __init__(
        self,
        triple: Triple,
        host: str,
        port: int,
        *,
        direction: Direction = "in",
        mixed: bool = False,
        rows: int = 4,
        now_ms: Callable[[], int] | None = None,
    ) -> None:
        self.link = DeviceLink(triple, host, port)
        self.lane = Lane(direction, frozenset((_HERE,)))
        self.mixed, self.rows = mixed, rows
        self.permissions: dict[tuple[str, int], VehicleEntry] = {}
        """Its list, by plate and permission."""
        self.gate = CLOSED
        self.held_open = False
        self.opened = 0
        """Times the barrier went up, for any asker."""
        self.shown: dict[int, str] = {}
        """Lines on the screen, from 1."""
        self.scenes: dict[int, dict[str, Any]] = {}
        """Mixed content, or default lines, by situation."""
        self.spoken: list[str] = []
        self.qr = ""
        self.volume, self.brightness = 60, 80
        self.waiting = ""
        """The plate of a car that stands before the barrier: what recognition by hand reads."""
        self.waiting_picture = b""
        self.files = 0
        """Permission files worked through."""
        self.holds_guests = False
        """As an exit is set on site: it stays shut for guests, and the platform opens."""
        self.refuse_files = self.jammed = self.led_broken = False
        self.busy_polls = 0
        self.verify: Any = True
        """Authorities whose certificates it accepts for files over TLS."""
        self._now_ms = now_ms or (lambda: time.time_ns() // 1_000_000)
        self._tokens: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._end_point = ""
        self._turn = asyncio.Lock()
        self._work: set[asyncio.Task[None]] = set()
        for service, handler in (
            ("AddVehicleIOfPermission", self._take_file),
            ("GetPermissionDownloadProgress", self._progress),
            ("GetVehiclePermission", self._export),
            ("SendOssStsToken", self._take_token),
            ("OperatGate", self._operate),
            ("TriggerRecognition", self._trigger),
            ("QrCodeDisplay", self._show_qr),
            *(
                (("AddLedData", self._take_led),)
                if mixed
                else (
                    ("NoticeBroadcast", self._speak),
                    ("NoticeDisplay", self._display),
                    ("DefaultDisplay", self._default),
                )
            ),
        ):
            self.link.on_service(service, handler)
        self.link.on_property_set(self._set)
        self.link.on_online = self._tell_state

    async def start(self) -> None:
        await self.link.start()

    async def stop(self) -> None:
        for task in list(self._work):
            task.cancel()
        await self.link.stop()

    # cars

    def decide(self, plate: str) -> Verdict:
        """What this camera makes of a plate, by its own list."""
        rights = (
            Right(_KINDS[entry.permission], entry.plate, _HERE, entry.starts_ms, entry.ends_ms)
            for entry in self.permissions.values()
        )
        state = State(fee_due=self.holds_guests)
        return judge(Arrival(plate, self._now_ms()), self.lane, rights, state)

    async def see(self, plate: str, *, picture: bytes = b"", **fields: Any) -> Verdict:
        """A car comes to the barrier, which goes up where the camera lets it; reported with its picture. Raises OSError
        for a picture that the platform does not take."""
        if self.gate == OPENED and not self.held_open:  # it came down behind the car before
            self.gate = CLOSED
            self._tell_state()
        verdict = self.decide(plate)
        if verdict.open and not self.jammed:
            self._raise()
        self._show_scene(LED_SITUATION[verdict.standing], plate, verdict.until_ms)
        key = await self.upload(picture) if picture else ""
        self.report(plate, verdict, key, **fields)
        if verdict.open and not self.held_open:
            self.gate = CLOSED
            self._tell_state()
        return verdict

    def report(self, plate: str, verdict: Verdict, picture: str = "", **fields: Any) -> None:
        """Queue `IntelligentAlarm` with every field."""
        self.link.queue_event("IntelligentAlarm", self.recognition(plate, verdict, picture) | fields)

    def recognition(self, plate: str, verdict: Verdict, picture: str = "") -> dict[str, Any]:
        """The 18 fields of `addition_string`."""
        seen = verdict.reason not in (Reason.NO_PLATE, Reason.NOT_A_PLATE)
        electric = is_new_energy(verdict.plate)
        return {
            "openType": 0,
            "typePermission": PARK_RECORD_V2[verdict.standing],
            "tollProductKey": self.link.triple.product_key,
            "tollDeviceName": self.link.triple.device_name,
            "plateNumber": plate,
            "areaSpaceId": "",
            "iotId": "",
            "plateNumberType": "52" if electric else "02",
            "carColorNumber": "A",
            "hasPlate": int(seen),
            "plateColorNumber": _GREEN if electric else _BLUE,
            "plateRecognitionReliability": 0.987,
            "carLogoBrand": "大众",
            "carEigenvaluesInfo": "{}",
            "carExtraInfo": "{}",
            "userExtraInfo": "{}",
            "deviceExtraInfo": msgspec.json.encode({"opened": verdict.open}).decode(),
            "carImageKey": picture,
        }

    async def force_open(self, open_type: int = 99, picture: bytes = b"") -> None:
        """Somebody lifts the barrier without the camera's leave."""
        self._raise()
        key = await self.upload(picture) if picture else ""
        self.link.queue_event("AbnormalOpenGate", {"OpenType": open_type, "ImagePath": key})

    async def upload(self, content: bytes, *, text: bool = False) -> str:
        """Ask for a place and put a picture or a text there; its key. Raises TimeoutError, OSError."""
        async with self._turn:
            while not self._tokens.empty():
                self._tokens.get_nowait()
            self.link.queue_event("OssStsTokenRequest", {"RequestType": int(text)})
            async with asyncio.timeout(UPLOAD_SECONDS):
                token = await self._tokens.get()
            await self._put(self._place(token), content)
        return str(token["ObjectName"])

    def _place(self, token: dict[str, Any]) -> str:
        opened = unseal(self.link.triple.device_secret, token["Credentials"])
        return f"{token['EndPoint']}/{token['ObjectName']}?{opened['StsToken']}"

    # what the platform asks

    async def _take_file(self, params: Any) -> dict[str, Any]:
        if self.refuse_files:
            return {"VehiclePermissionStatus": 1}
        try:
            entries = decode(await self._get(str(params.get("VehiclePermissionUrl", ""))))
        except (OSError, VehicleFileError):
            return {"VehiclePermissionStatus": 1}
        for entry in entries:
            key = entry.plate, int(entry.permission)
            if entry.delete:
                self.permissions.pop(key, None)
            else:
                self.permissions[key] = entry
        self.files += 1
        return {"VehiclePermissionStatus": 0}

    async def _progress(self, params: Any) -> dict[str, Any]:
        if self.busy_polls:
            self.busy_polls -= 1
            return {"DownloadStatus": 1}
        return {"DownloadStatus": 0}

    async def _export(self, params: Any) -> dict[str, Any]:
        """Its list as a file, at a place that it asks for."""
        entries = [entry._replace(delete=False) for entry in self.permissions.values()]
        try:
            key = await self.upload(encode(entries, export=True), text=True)
        except (OSError, TimeoutError) as error:
            raise CallFailed(500, f"upload failed: {error}") from error
        return {"VehiclePermissionUrl": f"{self._end_point}/{key}"}

    async def _take_token(self, params: Any) -> dict[str, Any]:
        self._end_point = str(params["EndPoint"])
        self._tokens.put_nowait(dict(params))
        return {"Status": 0}

    async def _operate(self, params: Any) -> dict[str, Any]:
        if self.jammed:
            raise CallFailed(500, "the barrier is jammed")
        order = params.get("OperatType")
        if order == 0:
            self.gate, self.held_open = CLOSED, False
        else:
            self.held_open = order == 2
            self._raise()
        self._tell_state()
        return {}

    async def _trigger(self, params: Any) -> dict[str, Any]:
        task = asyncio.create_task(self._look())
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return {}

    async def _look(self) -> None:
        await self.see(self.waiting, picture=self.waiting_picture)

    async def _speak(self, params: Any) -> dict[str, Any]:
        self.spoken.append(str(params["VoiceContent"]))
        return {}

    async def _display(self, params: Any) -> dict[str, Any]:
        row = int(params["RowNumber"])
        lines = (
            str(params["DisplayContent"]).split("<br>") if self.rows < 0 else [str(params["DisplayContent"])]
        )
        self.shown.update(enumerate(lines, row))
        return {}

    async def _default(self, params: Any) -> dict[str, Any]:
        scene = self.scenes.setdefault(int(params["DefaultSituation"]), {})
        scene[str(params["RowNumber"])] = params["DisplayContent"]
        return {}

    async def _take_led(self, params: Any) -> dict[str, Any]:
        try:
            led = msgspec.json.decode(str(params["LedData"]), type=dict[str, Any])
            lines = [str(line["CustomContext"]) for line in led["ContextList"]]
        except (msgspec.MsgspecError, KeyError, TypeError):
            return {"Result": 1}
        if self.led_broken:
            return {"Result": 1}
        if led["Type"] == 0:
            self.scenes[int(led.get("Situation", 0))] = led
        else:
            self._show(lines, "", None)
            if led.get("AudioContextInfo"):
                self.spoken.append(str(led["AudioContextInfo"]))
        return {"Result": 0}

    async def _show_qr(self, params: Any) -> dict[str, Any]:
        self.qr = str(params["QrCode"])
        return {}

    async def _set(self, params: Any) -> dict[str, Any]:
        self.volume = int(params.get("Volume", self.volume))
        self.brightness = int(params.get("Brightness", self.brightness))
        self._tell_state()
        return {}

    # inside

    def _raise(self) -> None:
        self.gate = OPENED
        self.opened += 1

    def _tell_state(self) -> None:
        self.link.queue_properties(
            {
                "GateState": self.gate,
                "VehicleState": int(bool(self.waiting)),
                "LedRowNumber": self.rows,
                "LedNoticeMode": int(self.mixed),
                "IsSurportQrCode": 1,
                "Volume": self.volume,
                "Brightness": self.brightness,
            }
        )

    def _show_scene(self, situation: int, plate: str, until_ms: int | None) -> None:
        scene = self.scenes.get(situation)
        if scene is None:
            return
        if self.mixed:
            self._show([str(line["CustomContext"]) for line in scene["ContextList"]], plate, until_ms)
        else:
            self._show([str(scene[row]) for row in sorted(scene)], plate, until_ms)

    def _show(self, lines: list[str], plate: str, until_ms: int | None) -> None:
        """Wildcards: `#T` the time, `#t` the end of the vehicle's right, `#p` its plate."""
        values = {
            "#T": _shown_time(self._now_ms(), "%H:%M"),
            "#t": "" if until_ms is None else _shown_time(until_ms, "%Y-%m-%d"),
            "#p": plate,
        }
        for row, line in enumerate(lines, 1):
            for mark, value in values.items():
                line = line.replace(mark, value)
            self.shown[row] = line

    async def _get(self, url: str) -> bytes:
        try:
            async with httpx.AsyncClient(timeout=10, trust_env=False, verify=self._check(url)) as client:
                return (await client.get(url)).raise_for_status().content
        except (httpx.HTTPError, httpx.InvalidURL, AttributeError) as error:
            raise OSError(str(error)) from error

    async def _put(self, url: str, content: bytes) -> None:
        try:
            async with httpx.AsyncClient(timeout=10, trust_env=False, verify=self._check(url)) as client:
                answer = await client.put(url, content=content)
        except (httpx.HTTPError, AttributeError) as error:  # the last: anyio, reset while connecting
            raise OSError(str(error)) from error
        if answer.is_error:
            raise OSError(f"{answer.status_code} {answer.text}")

    def _check(self, url: str) -> Any:
        return self.verify if url.startswith("https:") else False


def _shown_time(ms: int, form: str) -> str:
    return time.strftime(form, time.gmtime(ms / 1000 + 8 * 3600))
