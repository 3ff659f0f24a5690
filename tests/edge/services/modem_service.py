"""A ModemManager with one modem as a test sets it, on a real bus: published names, signatures and numbers.

Source: ModemManager D-Bus interface reference 1.24. `python -m tests.edge.services.modem_service ADDRESS CARD` runs one
for a box in a namespace of its own.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from linli.edge.services.cellular import CellularKeeper

NAME = "org.freedesktop.ModemManager1"
PATH = "/org/freedesktop/ModemManager1"
MODEM, SIM, BEARER = f"{PATH}/Modem/0", f"{PATH}/SIM/0", f"{PATH}/Bearer/3"
PROPERTIES = "org.freedesktop.DBus.Properties"
IMEI = "356938035643809"
STATIC = {
    "method": Variant("u", 2),
    "address": Variant("s", "10.64.3.2"),
    "prefix": Variant("u", 30),
    "gateway": Variant("s", "10.64.3.1"),
    "dns1": Variant("s", "114.114.114.114"),
    "mtu": Variant("u", 1428),
}
DHCP = {"method": Variant("u", 3)}
PPP = {"method": Variant("u", 1)}
_CONFIG = """<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
<allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/>
<allow receive_type="signal"/></policy></busconfig>"""


@contextlib.asynccontextmanager
async def private_bus(folder: Path) -> AsyncIterator[str]:
    """A real dbus-daemon that only the test knows; its address."""
    socket, config = folder / "bus", folder / "bus.conf"
    config.write_text(_CONFIG.format(socket=socket))
    daemon = await asyncio.create_subprocess_exec(
        "dbus-daemon",
        f"--config-file={config}",
        "--nofork",
        "--nopidfile",
        "--print-address",
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert daemon.stdout is not None
        async with asyncio.timeout(60):
            yield (await daemon.stdout.readline()).decode().strip()
    finally:
        with contextlib.suppress(ProcessLookupError):
            daemon.kill()
        await daemon.wait()


@contextlib.asynccontextmanager
async def looked_after(keeper: CellularKeeper) -> AsyncIterator[None]:
    task = asyncio.create_task(keeper.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))
        assert task.cancelled()


class ModemService:
    def __init__(self, card: str = "wwan0") -> None:
        self.card = card
        self.addresses = STATIC
        self.pin = ""
        self.refusal: tuple[str, str] | None = None
        """Name and text of the error that Connect answers."""
        self.connects: list[dict[str, Any]] = []
        self.disconnects = 0
        self.pins: list[str] = []
        self.modem: dict[str, Variant] = {
            "State": Variant("i", 8),
            "StateFailedReason": Variant("u", 0),
            "UnlockRequired": Variant("u", 1),
            "UnlockRetries": Variant("a{uu}", {2: 3, 4: 10}),
            "Manufacturer": Variant("s", "QUALCOMM INCORPORATED"),
            "Model": Variant("s", "EC25"),
            "EquipmentIdentifier": Variant("s", IMEI),
            "DeviceIdentifier": Variant("s", "9f2c5a"),
            "Device": Variant("s", "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-3"),
            "AccessTechnologies": Variant("u", 1 << 14),
            "SignalQuality": Variant("(ub)", [67, True]),
            "Ports": Variant("a(su)", [["cdc-wdm0", 6], ["ttyUSB2", 3], [card, 2]]),
            "Sim": Variant("o", SIM),
            "Bearers": Variant("ao", []),
        }
        self.network: dict[str, Variant] = {
            "Imei": Variant("s", IMEI),
            "RegistrationState": Variant("u", 1),
            "OperatorCode": Variant("s", "46000"),
            "OperatorName": Variant("s", "CHINA MOBILE"),
        }
        self.sim: dict[str, Variant] = {
            "Imsi": Variant("s", "460001234567890"),
            "OperatorName": Variant("s", "CMCC"),
        }
        self.bearer: dict[str, Variant] = {
            "Interface": Variant("s", ""),
            "Connected": Variant("b", False),
            "Ip4Config": Variant("a{sv}", {"method": Variant("u", 0)}),
        }
        self.present = True
        self._bus: MessageBus | None = None

    async def start(self, address: str) -> None:
        self._bus = await MessageBus(bus_address=address).connect()
        self._bus.add_message_handler(self._answer)
        await self._bus.request_name(NAME)

    async def stop(self) -> None:
        if self._bus is not None:
            self._bus.disconnect()
            await self._bus.wait_for_disconnect()
            self._bus = None

    def tell(self) -> None:
        """That something changed."""
        assert self._bus is not None
        body = [f"{NAME}.Modem", {"State": self.modem["State"]}, []]
        self._bus.send(Message.new_signal(MODEM, PROPERTIES, "PropertiesChanged", "sa{sv}as", body))

    def drop(self, error: tuple[str, str] = (f"{NAME}.Error.Core.Failed", "gone")) -> None:
        """The network ends the connection."""
        self.modem["State"] = Variant("i", 8)
        self.bearer |= {"Connected": Variant("b", False), "ConnectionError": Variant("(ss)", list(error))}
        self.tell()

    def _answer(self, message: Message) -> Message | bool:
        if message.message_type is not MessageType.METHOD_CALL or not message.path.startswith(PATH):
            return False
        match message.member:
            case "GetManagedObjects":
                return Message.new_method_return(message, "a{oa{sa{sv}}}", [self._objects()])
            case "GetAll":
                found = {SIM: self.sim, BEARER: self.bearer, MODEM: self.modem}.get(message.path)
                if found is not None:
                    return Message.new_method_return(message, "a{sv}", [found])
            case "SendPin":
                return self._unlock(message)
            case "Connect":
                assert message.signature == "a{sv}"
                return self._connect(message)
            case "Disconnect":
                assert (message.signature, message.body) == ("o", ["/"])
                self.disconnects += 1
                self.drop()
                return Message.new_method_return(message)
        return Message.new_error(message, "org.freedesktop.DBus.Error.UnknownMethod", message.member)

    def _objects(self) -> dict[str, Any]:
        if not self.present:
            return {}
        return {MODEM: {f"{NAME}.Modem": self.modem, f"{NAME}.Modem.Modem3gpp": self.network}}

    def _unlock(self, message: Message) -> Message:
        assert (message.path, message.signature) == (SIM, "s")
        (pin,) = message.body
        self.pins.append(pin)
        if pin != self.pin:
            left = self.modem["UnlockRetries"].value[2] - 1
            self.modem["UnlockRetries"] = Variant("a{uu}", {2: left, 4: 10})
            name = f"{NAME}.Error.MobileEquipment.IncorrectPassword"
            return Message.new_error(message, name, f"incorrect password {pin}")
        self.modem |= {"UnlockRequired": Variant("u", 1), "State": Variant("i", 8)}
        self.tell()
        return Message.new_method_return(message)

    def _connect(self, message: Message) -> Message:
        words = {name: word.value for name, word in message.body[0].items()}
        self.connects.append(words)
        if self.modem["UnlockRequired"].value == 2:
            return Message.new_error(message, f"{NAME}.Error.MobileEquipment.SimPin", "SIM PIN required")
        if self.refusal is not None:
            return Message.new_error(message, *self.refusal)
        self.modem |= {"State": Variant("i", 11), "Bearers": Variant("ao", [BEARER])}
        self.bearer |= {
            "Interface": Variant("s", self.card),
            "Connected": Variant("b", True),
            "Ip4Config": Variant("a{sv}", self.addresses),
        }
        self.tell()
        return Message.new_method_return(message, "o", [BEARER])


async def _serve(address: str, card: str) -> None:
    service, ended = ModemService(card), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await service.start(address)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:3]))
