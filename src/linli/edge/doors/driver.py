"""The door drivers' common part: machines at a station, their links, services and what is done at each connection."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Annotated, Any, Final, Protocol

import msgspec
from msgspec import Meta

from linli.edge.doors import services
from linli.edge.doors.caller import Caller, CallTimedOut
from linli.edge.doors.desk import Desk
from linli.edge.doors.identity import BoxIdentity
from linli.edge.doors.keeper import FACE_SERVICES, Doorkeeper, FaceDoor, FaceWishes, LinkageReports
from linli.edge.doors.links import Link, LinkState
from linli.edge.doors.machines import Ability, Machine
from linli.edge.doors.orders import Orders
from linli.edge.doors.peers import Peers
from linli.edge.doors.station import Station
from linli.edge.framework import BaseDriver, DeviceUnknown, DriverConfig, DriverContext
from linli.edge.framework.errors import DeviceOffline, ServiceUnknown
from linli.kernel.errors import LinliError, TimedOut
from linli.protocols.door_http import Answer, Ask
from linli.protocols.door_http.messages.connection import SetTemperatureRule
from linli.protocols.door_http.messages.intercom import SyncSipNumber


class LanAddress(msgspec.Struct, frozen=True):
    """The box's address on the LAN, as it was started."""

    host: str


EVERYWHERE: Final = LanAddress("0.0.0.0")
_GREET_AGAIN_S: Final = (5.0, 30.0, 120.0)


class StationConfig(DriverConfig, frozen=True, kw_only=True):
    """The listener that doors come to."""

    host: str = ""
    """Empty: where the box listens."""
    port: Annotated[int, Meta(ge=0, le=65535)] = 10000
    check_peer: bool = True
    """Refuse calls from another address than that of the door's form, or one confirmed for it. The protocol has no
    secret: without this, every machine on the LAN could act as any door. Off only where doors come through NAT."""


class SipAccount(DriverConfig, frozen=True, kw_only=True):
    """A door's account, as `SyncSipNumber` brings it."""

    sip_number: str
    password: str
    sip_server_addr: str
    sip_server_port: str


class Wishes(Protocol):
    """Desired rows of a door, which are sent again whenever it connects: a service that the box may offer."""

    async def sip(self, device: str) -> SipAccount | None: ...


class SipServers:
    """Which SIP server a door is told instead of the one that its account came with: a service that the box may offer."""

    def server_of(self, number: str) -> tuple[str, str] | None:
        """Host and port; None: the one of its account."""
        raise NotImplementedError


class DoorDriver[D: DriverConfig](BaseDriver):
    """One per protocol; which machines there are is each driver's own matter."""

    def __init__(
        self, context: DriverContext[Any, D], machines: Iterable[Machine], station: StationConfig
    ) -> None:
        self._context = context
        self._machines = tuple(machines)
        self._config = station
        here = context.services.get(LanAddress, EVERYWHERE)
        self._host: str = station.host or here.host  # type: ignore[attr-defined]
        self._shared_name = f"doors:{self._host}:{station.port}"
        reports: LinkageReports | None = context.services.get(LinkageReports)  # type: ignore[assignment]
        self._desk = Desk(context.things, context.service(Doorkeeper), context.clock, reports)  # type: ignore[type-abstract]
        wishes = context.services.get(Wishes)
        self._wishes: Wishes | None = wishes  # type: ignore[assignment]
        faces = context.services.get(FaceWishes)
        self._faces: FaceWishes | None = faces  # type: ignore[assignment]
        self._peers: Peers = context.services.get(Peers) or Peers(context.clock)  # type: ignore[assignment]
        servers = context.services.get(SipServers)
        self._servers: SipServers | None = servers  # type: ignore[assignment]
        self._links: dict[str, Link] = {}
        self._sip: dict[str, SipAccount] = {}
        self._greetings: dict[Link, int] = {}
        """How often each machine was greeted."""
        self._caller: Caller | None = None
        self._station: Station | None = None

    # life

    async def start(self) -> None:
        self._caller = Caller()
        self._station = station = await self._context.shared.take(self._shared_name, self._open_station)
        if not self._config.check_peer:
            self._peers.unchecked.add(self._listener)
        for machine in self._machines:
            link = Link(
                machine,
                self,
                box=self._context.service(BoxIdentity),
                caller=self._caller,
                clock=self._context.clock,
                log=self._context.log(machine.name),
            )
            station.add(link, checked=self._config.check_peer)
            self._links.update(dict.fromkeys(machine.device_names, link))
            self._context.spawn(link.tend(), f"link-{machine.name}")

    async def stop(self) -> None:
        if self._station is not None:
            for link in set(self._links.values()):
                self._station.remove(link)
                if link.state is LinkState.ONLINE:
                    # Its token dies with this driver: it is there again when it connects to the next one.
                    await self.went_offline(link, "driver_stopped")
            station, self._station = self._station, None
            if not self._config.check_peer:
                self._peers.unchecked.discard(self._listener)
            del station
            await self._context.shared.give_back(self._shared_name)
        if self._caller is not None:
            await self._caller.close()

    async def _open_station(self) -> Station:
        station = Station(
            host=self._host,
            port=self._config.port,
            clock=self._context.clock,
            ids=self._context.ids,
            log=self._context.log(""),
            peers=self._peers,
        )
        await station.start()
        return station

    @property
    def _listener(self) -> str:
        """As people see it; two protocols may share an address."""
        return f"{self._host}:{self._config.port}"

    @property
    def port(self) -> int:
        """Where doors come to. Only of a driver that runs."""
        assert self._station is not None
        return self._station.port

    def link(self, device: str) -> Link:
        """Raises DeviceUnknown."""
        link = self._links.get(device)
        if link is None:
            raise DeviceUnknown(device)
        return link

    # what links tell

    async def came_online(self, link: Link) -> None:
        for device in link.machine.device_names:
            await self._context.things.online(device)
        if not link.one_way:
            self._context.spawn(self._greet(link), f"greet-{link.machine.name}")

    async def went_offline(self, link: Link, why: str) -> None:
        for device in link.machine.device_names:
            await self._context.things.offline(device, why)

    async def asked(self, link: Link, path: str, message: Ask) -> Answer:
        return await self._desk.serve(link, path, message)

    async def _greet(self, link: Link) -> None:
        """The first steps at every connection (spec G 5, F1 step 5). A failing part is logged; the others go on.

        What a door was too slow for is tried again while this connection lasts.
        """
        parts: list[Callable[[Link], Awaitable[None]]]
        parts = [self._send_sip, self._send_temperature, self._compare_faces]
        number = self._greetings[link] = self._greetings.get(link, 0) + 1
        for pause_s in (*_GREET_AGAIN_S, None):
            parts = [part for part in parts if not await self._greeted(link, part)]
            if not parts or pause_s is None:
                return
            await self._context.clock.sleep(pause_s)
            if link.state is not LinkState.ONLINE or self._greetings[link] != number:
                return  # the next connection begins anew

    async def _greeted(self, link: Link, part: Callable[[Link], Awaitable[None]]) -> bool:
        """Whether there is nothing more to try."""
        try:
            await part(link)
        except (LinliError, CallTimedOut) as error:
            link.log.warning("not brought to the door", what=part.__name__.lstrip("_"), why=str(error))
            return not isinstance(error, CallTimedOut | DeviceOffline)
        return True

    async def _send_sip(self, link: Link) -> None:
        device = link.machine.devices.get(Ability.VIDEO)
        account = self._sip.get(device or "")
        if device is not None and account is None and self._wishes is not None:
            account = await self._wishes.sip(device)
        if account is not None:
            named = self._by_server(account)
            await link.post("/visualIntercom/syncSipNumber", lambda token: sip_message(token, named))

    async def _send_temperature(self, link: Link) -> None:
        rule = link.machine.temperature
        if rule.is_check and link.machine.face_mode == "device":
            await link.post("/setTempCheckRule", lambda token: SetTemperatureRule(token=token, data=rule))

    async def _compare_faces(self, link: Link) -> None:
        device = link.machine.devices.get(Ability.FACE)
        if device is not None and self._faces is not None:
            await self._faces.connected(_face_door(link, device))

    # what the box asks

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        if service == "SyncSipNumber" and params.get("sipNumber") == "":
            self._sip.pop(device, None)
            return {}
        link = self.link(device)
        try:
            if service in FACE_SERVICES:
                outputs = await self._call_faces(link, device, service, params)
            else:
                outputs = await services.call(link, service, self._with_server(service, params))
        except CallTimedOut:
            raise TimedOut(device=device) from None
        finally:
            if service == "SyncSipNumber":
                self._remember_sip(device, params)
        return outputs

    async def _call_faces(
        self, link: Link, device: str, service: str, params: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        if self._faces is None or link.machine.devices.get(Ability.FACE) != device:
            raise ServiceUnknown(service)
        door = _face_door(link, device)
        return await (self._faces.sync if service == "SyncFaceData" else self._faces.report)(door, params)

    def _with_server(self, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """A door of the site's own intercom logs in at the box."""
        server = self._servers.server_of(str(params.get("sipNumber"))) if self._servers is not None else None
        if service != "SyncSipNumber" or server is None:
            return params
        return {**params, "sipServerAddr": server[0], "sipServerPort": server[1]}

    def _by_server(self, account: SipAccount) -> SipAccount:
        server = self._servers.server_of(account.sip_number) if self._servers is not None else None
        if server is None:
            return account
        return msgspec.structs.replace(account, sip_server_addr=server[0], sip_server_port=server[1])

    def _remember_sip(self, device: str, params: Mapping[str, Any]) -> None:
        """A SIP account that an offline door could not get waits for the door's next connection."""
        names = ("sipNumber", "password", "sipServerAddr", "sipServerPort")
        if all(isinstance(params.get(name), str) for name in names):
            number, password, host, port = (params[name] for name in names)
            self._sip[device] = SipAccount(
                sip_number=number, password=password, sip_server_addr=host, sip_server_port=port
            )


def sip_message(token: str, account: SipAccount) -> SyncSipNumber:
    return SyncSipNumber(
        token=token,
        sip_number=account.sip_number,
        password=account.password,
        sip_server_addr=account.sip_server_addr,
        sip_server_port=account.sip_server_port,
    )


def _face_door(link: Link, device: str) -> FaceDoor:
    return FaceDoor(device, link.machine, Orders(link), link.state is LinkState.ONLINE and not link.one_way)
