"""ModemManager over D-Bus: its modems, connect, disconnect, and word when something changes.

Source: ModemManager D-Bus interface reference 1.24; D-Bus specification 0.43 (ObjectManager, Properties, match rules).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final, NamedTuple

from dbus_fast import BusType, DBusError, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, InvalidAddressError
from dbus_fast.unpack import unpack_variants

from linli.edge.services.cellular.reading import (
    IP_TYPES,
    BearerReading,
    Properties,
    bearer_reading,
    ended_why,
    is_unauthorized,
    modem_view,
    needs_pin,
    pin_tries,
    why_of,
)
from linli.edge.services.cellular.settings import CellularSettings
from linli.edge.services.cellular.views import ModemView, Why

NAME: Final = "org.freedesktop.ModemManager1"
PATH: Final = "/org/freedesktop/ModemManager1"
_MODEM: Final = f"{NAME}.Modem"
_NETWORK: Final = f"{NAME}.Modem.Modem3gpp"
_SIMPLE: Final = f"{NAME}.Modem.Simple"
_SIM: Final = f"{NAME}.Sim"
_BEARER: Final = f"{NAME}.Bearer"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_OBJECTS: Final = "org.freedesktop.DBus.ObjectManager"
_MATCHES: Final = (
    f"type='signal',sender='{NAME}'",
    f"type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{NAME}'",
)
ASK_S: Final = 25.0
UNLOCK_S: Final = 60.0
CONNECT_S: Final = 200.0
"""ModemManager itself waits for minutes until a modem is registered."""
BREAK_OFF_S: Final = 2.0
"""How long a connection to the bus that nobody wants any more may take to stand, before it is left alone."""
MODEMS_MOST: Final = 16


class NoBus(ConnectionError):
    """There is no system D-Bus, or it ended."""


class ModemManagerFailed(Exception):
    """`why` for people, `detail` in ModemManager's words."""

    def __init__(self, why: Why, detail: str = "", *, unauthorized: bool = False) -> None:
        super().__init__(f"{why}: {detail}")
        self.why = why
        self.detail = detail
        self.unauthorized = unauthorized
        """Either of the user or of roaming."""


class Modem(NamedTuple):
    path: str
    view: ModemView
    needs_pin: bool
    pin_tries: int | None
    """How often a PIN may still be wrong; None: not known."""
    bearers: list[str]
    sim: str
    """Its path; empty where there is none."""


class Bearer(NamedTuple):
    reading: BearerReading
    ended: Why
    """Why it is not connected."""


class ModemManager:
    """One connection to the bus; `opened` makes it."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self.news = asyncio.Event()
        """Set when anything of ModemManager's changed, and when the bus ended."""
        bus.add_message_handler(self._hear)
        self._ended = asyncio.ensure_future(bus.wait_for_disconnect())  # type: ignore[no-untyped-call]
        self._ended.add_done_callback(self._over)

    @property
    def up(self) -> bool:
        return not self._ended.done()

    async def modems(self) -> list[Modem]:
        """In the order of their paths. Raises NoBus, ModemManagerFailed."""
        objects = await self._ask(PATH, _OBJECTS, "GetManagedObjects")
        modems = []
        for path in sorted(objects, key=lambda path: (len(path), path))[:MODEMS_MOST]:
            modem = objects[path].get(_MODEM)
            if modem is not None:
                modems.append(await self._modem(path, modem, objects[path].get(_NETWORK, {})))
        return modems

    async def bearer(self, modem: Modem) -> Bearer | None:
        """The one that is connected, else the last; None: there is none. Raises NoBus, ModemManagerFailed."""
        last = None
        for path in modem.bearers:
            last = await self._bearer(path)
            if last.reading.connected:
                return last
        return last

    async def connect(self, modem: Modem, settings: CellularSettings) -> Bearer:
        """Register and connect. Raises NoBus, ModemManagerFailed."""
        words: dict[str, Variant] = {
            "ip-type": Variant("u", IP_TYPES[settings.ip_type]),
            "allow-roaming": Variant("b", settings.roaming),
        }
        texts = {"apn": settings.apn, "user": settings.user, "password": settings.password}
        words |= {name: Variant("s", text) for name, text in texts.items() if text}
        path = await self._ask(modem.path, _SIMPLE, "Connect", "a{sv}", [words], seconds=CONNECT_S)
        return await self._bearer(path)

    async def unlock(self, modem: Modem, pin: str) -> None:
        """Raises NoBus, ModemManagerFailed."""
        await self._ask(modem.sim, _SIM, "SendPin", "s", [pin], seconds=UNLOCK_S)

    async def disconnect(self, modem: Modem) -> None:
        """All its connections. Raises NoBus, ModemManagerFailed."""
        await self._ask(modem.path, _SIMPLE, "Disconnect", "o", ["/"])

    async def listen(self) -> None:
        """Raises NoBus, ModemManagerFailed."""
        for match in _MATCHES:
            await self._call(
                "org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus",
                "AddMatch",
                "s",
                [match],
                seconds=ASK_S,
            )

    async def _modem(self, path: str, modem: Properties, network: Properties) -> Modem:
        sim_path, bearers = modem.get("Sim"), modem.get("Bearers")
        sim_path = sim_path if isinstance(sim_path, str) and sim_path != "/" else ""
        sim: Properties = {}
        if sim_path:
            with contextlib.suppress(ModemManagerFailed):  # it was taken out meanwhile
                sim = await self._properties(sim_path, _SIM)
        return Modem(
            path=path,
            view=modem_view(modem, network, sim),
            needs_pin=needs_pin(modem),
            pin_tries=pin_tries(modem),
            bearers=[bearer for bearer in bearers if bearer != "/"] if isinstance(bearers, list) else [],
            sim=sim_path,
        )

    async def _bearer(self, path: str) -> Bearer:
        properties = await self._properties(path, _BEARER)
        return Bearer(bearer_reading(properties), ended_why(properties))

    async def _properties(self, path: str, interface: str) -> dict[str, Any]:
        properties: dict[str, Any] = await self._ask(path, _PROPERTIES, "GetAll", "s", [interface])
        return properties

    async def _ask(
        self,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: list[Any] | None = None,
        *,
        seconds: float = ASK_S,
    ) -> Any:
        return await self._call(NAME, path, interface, member, signature, body or [], seconds=seconds)

    async def _call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str,
        body: list[Any],
        *,
        seconds: float,
    ) -> Any:
        """The answer's first value, plain; None without one."""
        message = Message(
            destination=destination,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=body,
        )
        asked = asyncio.ensure_future(self._bus.call(message))
        try:
            done, _ = await asyncio.wait((asked, self._ended), timeout=seconds, return_when="FIRST_COMPLETED")
            if asked not in done:
                raise NoBus("the system D-Bus ended") if done else ModemManagerFailed("timeout")
            answer = asked.result()
        except (OSError, EOFError, DBusError) as error:
            raise NoBus(str(error)) from None
        finally:
            asked.cancel()
        if answer.message_type is MessageType.ERROR:
            name = answer.error_name or ""
            detail = str(answer.body[0]) if answer.body else name
            raise ModemManagerFailed(why_of(name), detail, unauthorized=is_unauthorized(name))
        return unpack_variants(answer.body[0]) if answer.body else None

    async def close(self) -> None:
        self._bus.disconnect()
        await asyncio.wait((self._ended,), timeout=1)

    def _over(self, ended: asyncio.Future[None]) -> None:
        if not ended.cancelled():
            ended.exception()  # seen: `up` says it
        self.news.set()

    def _hear(self, message: Message) -> None:
        if message.message_type is MessageType.SIGNAL:
            self.news.set()


@contextlib.asynccontextmanager
async def opened(address: str = "") -> AsyncIterator[ModemManager]:
    """On the bus at this address, the system's without one. Raises NoBus."""
    try:
        bus = MessageBus(bus_address=address) if address else MessageBus(bus_type=BusType.SYSTEM)
        await _connected(bus)
    except (OSError, EOFError, AuthError, DBusError, InvalidAddressError) as error:
        raise NoBus(str(error)) from None
    manager = ModemManager(bus)
    try:
        await manager.listen()
        yield manager
    finally:
        await manager.close()


async def _connected(bus: MessageBus) -> None:
    """Wait for the bus; who stops waiting does not break off what was begun.

    dbus-fast 5.2 that is cancelled half-way closes its socket while the loop still watches it for writing, and libuv ends
    the whole process at what is no open file any more. So it comes to its end, and is closed then.
    """
    connecting = asyncio.ensure_future(bus.connect())
    try:
        await asyncio.shield(connecting)
    except asyncio.CancelledError:

        def close(done: asyncio.Future[MessageBus]) -> None:
            if not done.cancelled() and done.exception() is None:
                bus.disconnect()

        connecting.add_done_callback(close)
        await asyncio.wait((connecting,), timeout=BREAK_OFF_S)
        raise
