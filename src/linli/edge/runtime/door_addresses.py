"""Keeps which addresses doors call from: in the box's file, through restarts, and from before they were checked."""

import asyncio
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.edge.doors.peers import Peers
from linli.edge.remote.duties import Refused
from linli.edge.runtime.deployer import DEPLOYED, keep, kept
from linli.edge.store import Store
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import DeployedDriver, Deployment

log = logger(__name__)

GAP_S: Final = 5.0
"""Between two writings: calls from strangers come as often as they like."""
_KEPT: Final = "door_peers"
DOOR_DRIVERS: Final = ("door_device", "door_system", "door_terminal")


class Settling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person's answer to an incident: the address is the door's own, or it is not."""

    device: Annotated[str, Meta(max_length=64)]
    peer: Annotated[str, Meta(max_length=45)]
    confirm: bool


class Peering:
    """One per box."""

    def __init__(self, store: Store, peers: Peers) -> None:
        self._store = store
        self._peers = peers

    async def start(self) -> None:
        """Before the drivers. A box that ran before addresses were checked lets its doors go on where they are."""
        data = await kept(self._store, _KEPT)
        if data is None:
            self._peers.ran_before(await self._deployed())
            await self._write()
            return
        try:
            self._peers.load(data)
        except msgspec.MsgspecError as error:
            log.error("confirmed addresses of doors cannot be read, each must be confirmed anew: %s", error)

    async def run(self) -> None:
        while True:
            await self._peers.changed.wait()
            self._peers.changed.clear()
            try:
                await self._write()
            except LinliError as error:
                log.error("addresses of doors are not kept: %s", error)
            await asyncio.sleep(GAP_S)

    async def settle(self, asked: Settling) -> dict[str, bool]:
        """From the console. Raises Refused."""
        if not self._peers.settle(asked.device, asked.peer, confirm=asked.confirm):
            raise Refused("no_such_stranger", "no such call is known any more", "peer")
        return {"confirmed": asked.confirm}

    async def stop(self) -> None:
        await self._write()

    async def _write(self) -> None:
        await keep(self._store, _KEPT, self._peers.dump())

    async def _deployed(self) -> list[tuple[str, str]]:
        data = await kept(self._store, DEPLOYED)
        try:
            drivers = msgspec.json.decode(data, type=Deployment).drivers if data is not None else []
        except msgspec.MsgspecError:
            drivers = []  # it is fetched again
        return [place for driver in drivers for place in _unchecked(driver)]


def _unchecked(driver: DeployedDriver) -> list[tuple[str, str]]:
    """(ip, sn) of the doors of a driver whose configuration does not name the check."""
    if driver.id not in DOOR_DRIVERS or "checkPeer" in driver.config:
        return []
    return [
        (str(device.custom.get("ip", "")), str(device.custom.get("uniqueId", "")))
        for device in driver.devices
    ]
