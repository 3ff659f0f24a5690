"""Commands beside steering that a simulated device obeys (GB/T 28181-2016, 9.3): guard, alarm, recording, restart."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from linli.protocols import gb28181 as gb

if TYPE_CHECKING:
    from linli.sim.gb28181.camera import Camera

_CHINA: Final = timedelta(hours=8)


class Controls:
    """`orders` is what it was told, in its order."""

    def __init__(self, camera: "Camera") -> None:
        self._camera = camera
        self.orders: list[tuple[str, str]] = []
        """Code and command."""
        self.duty = "OFFDUTY"
        self.keys_asked: list[str] = []
        """By which words."""

    def refuses(self, message: gb.Message) -> int:
        """The status by which it refuses a message at once; 0: it takes it."""
        if message.command == "Broadcast":
            return self._camera.speaker.faults.refuses
        if not _asks_key(message):
            return 0
        refused = self._camera.faults.refuses_keys
        if refused.isdigit():
            self.keys_asked.append(refused)
            return int(refused)
        return 0

    def obey(self, message: gb.Message) -> list[bytes]:
        """Its answers; steering, key pictures and a restart have none."""
        if name := _asks_key(message):
            self.keys_asked.append(name)
            if self._camera.faults.refuses_keys:
                facts: dict[str, str | int] = {"Result": "ERROR"}
                return [gb.build("Response", "DeviceControl", message.number, message.device, facts)]
            for sender in self._camera.senders.values():
                sender.key_wanted = True
            return []
        order = next((message.get(name) for name in gb.ORDERS if message.get(name)), "")
        if not order:
            return []
        self.orders.append((message.device, order))
        faults = self._camera.faults
        if order == "Boot" or faults.silent_orders:
            return []
        if not faults.refuses_orders:
            self.duty = {"SetGuard": "ONDUTY", "ResetGuard": "OFFDUTY"}.get(order, self.duty)
        result = "ERROR" if faults.refuses_orders else "OK"
        return [gb.build("Response", "DeviceControl", message.number, message.device, {"Result": result})]

    def condition(self, message: gb.Message) -> list[bytes]:
        """How it is."""
        at = datetime.now(UTC) + _CHINA + timedelta(seconds=self._camera.faults.clock_s)
        facts: dict[str, str | int] = {
            "Result": "OK", "Online": "ONLINE", "Status": "OK", "DeviceTime": at.strftime("%Y-%m-%dT%H:%M:%S"),
        }  # fmt: skip
        code = self._camera.gb_id
        duties: list[dict[str, str | int]] = [{"DeviceID": code, "DutyStatus": self.duty}]
        return [
            gb.build("Response", "DeviceStatus", message.number, code, facts, duties, list_name="Alarmstatus")
        ]


def _asks_key(message: gb.Message) -> str:
    return next((name for name in ("IFameCmd", "IFrameCmd") if message.get(name)), "")
