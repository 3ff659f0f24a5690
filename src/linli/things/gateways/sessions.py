"""Sub-devices that log in and out through their gateway (`/ext/session/{pk}/{dn}/combine/…`).

A log-in lasts as long as the gateway's connection. A sub-device may at the same time have a connection of its own (one
SDK does just that, spec clients trap 2): neither closes the other, downlinks prefer its own, and it is offline when both
are gone.
"""

from typing import Any

from linli.kernel.db import Tx
from linli.kernel.secrets import Secrets
from linli.protocols.linkkit.subdevices import (
    SignedSub,
    SubKey,
    read_batch_login,
    read_login,
    read_names,
)
from linli.things.connections.demands import Demands
from linli.things.fleet import DeviceEntry, Fleet
from linli.things.gateways import codes
from linli.things.gateways.caller import Failure, asking, read
from linli.things.inbox.ingest import Ingest
from linli.things.inbox.request import Request, RequestRefused
from linli.things.mqtt.ports import Publisher
from linli.things.queries.devices import DeviceRow
from linli.things.topology import queries
from linli.things.topology.notices import named


class SubSessions:
    """One per process."""

    def __init__(
        self, fleet: Fleet, ingest: Ingest, publisher: Publisher, secrets: Secrets, demands: Demands
    ) -> None:
        self._fleet = fleet
        self._ingest = ingest
        self._secrets = secrets
        self._book = demands.book
        self._demands = demands
        self._publisher = publisher

    async def login(self, tx: Tx, request: Request) -> dict[str, str]:
        """`signed entry` -> its name. Raises RequestRefused."""
        _, failures = await self._login(tx, request, read(read_login, request.post.params))
        if failures:
            raise RequestRefused(failures[0].code, failures[0].message, failures[0].fields())
        return named(read(read_login, request.post.params)[0].key)

    async def batch_login(self, tx: Tx, request: Request, params: Any) -> tuple[list[SubKey], list[Failure]]:
        """`{"deviceList": [signed entry, …]}`; those that may, come in (`asking.each`)."""
        return await self._login(tx, request, read(read_batch_login, params))

    async def logout(self, tx: Tx, request: Request) -> dict[str, str]:
        """`name` -> the same. Raises RequestRefused."""
        _, failures = await self._logout(tx, request, request.post.params)
        if failures:
            raise RequestRefused(failures[0].code, failures[0].message, failures[0].fields())
        return named(read(read_names, request.post.params)[0].key)

    async def batch_logout(self, tx: Tx, request: Request, params: Any) -> tuple[list[SubKey], list[Failure]]:
        """`[name, …]` (`asking.each`)."""
        return await self._logout(tx, request, params)

    def release(self, product_key: str, device_name: str) -> None:
        """A sub-device may no longer speak through its gateway: removed from it, disabled, deleted."""
        if not self._publisher.release(product_key, device_name):
            return
        device = self._fleet.named(product_key, device_name)
        if device is not None:
            self._gone(device)

    # how it is done

    async def _login(
        self, tx: Tx, request: Request, entries: list[SignedSub]
    ) -> tuple[list[SubKey], list[Failure]]:
        scope, gateway = await asking(tx, request)
        rows = await queries.named_devices(scope, tx, [entry.key for entry in entries])
        done: list[SubKey] = []
        failures: list[Failure] = []
        coming: list[tuple[DeviceEntry, SignedSub]] = []
        for entry in entries:
            row = rows.get(entry.key)
            failure = self._unfit(gateway, entry, row)
            device = await self._fleet.find_no(row.device_no, tx) if row is not None else None
            if failure is None and device is not None:
                failure = await self._undemanded(tx, request, entry, device)
            if failure is None and device is not None:
                done.append(entry.key)
                coming.append((device, entry))
            else:
                failures.append(failure or Failure(entry.key, codes.NO_DEVICE, "there is no such device"))
        # Before the reply: what the gateway posts for them on its arrival is no longer refused.
        tx.after_commit(lambda: self._attach(request, coming))
        return done, failures

    def _unfit(self, gateway: DeviceRow, entry: SignedSub, row: DeviceRow | None) -> Failure | None:
        if row is None:
            return Failure(entry.key, codes.NO_DEVICE, "there is no such device")
        if row.gateway_no != gateway.device_no:
            return Failure(entry.key, codes.NO_TOPOLOGY, "the device is no sub-device of this gateway")
        if not entry.proves(self._secrets.open(row.secret, about=f"device:{row.iot_id}")):
            return Failure(entry.key, codes.WRONG_SIGN, "the signature does not fit")
        if not row.enabled:
            return Failure(entry.key, codes.FORBIDDEN, "the device is disabled")
        return None

    async def _undemanded(
        self, tx: Tx, request: Request, entry: SignedSub, device: DeviceEntry
    ) -> Failure | None:
        """The rules of the sub-device's product apply to the gateway's connection, because the sub-device uses it."""
        stamp = "" if entry.timestamp is None else str(entry.timestamp)
        reason = await self._demands.refusal(
            device.device_no, device.product.product_no, security=request.security, stamp=stamp, db=tx
        )
        if not reason:
            return None
        self._ingest.refuse_topic(device.device_no, request.uplink.topic.text, request.payload, reason)
        return Failure(entry.key, codes.FORBIDDEN, reason)

    def _attach(self, request: Request, coming: list[tuple[DeviceEntry, SignedSub]]) -> None:
        publisher = self._publisher
        for device, entry in coming:
            again = entry.key in request.session.subs
            own = publisher.connects(*entry.key)
            gateway = request.session
            if not publisher.attach(request.session, *entry.key, device.device_no):
                continue  # the gateway is gone, and so is the waiting caller
            if not own:
                device.rrpc_style = entry.rrpc_style
                self._book.came(
                    device, security=request.security, peer=gateway.peer, gateway_no=gateway.device_no
                )
            if not again and not own:
                self._ingest.status(device, online=True)

    async def _logout(self, tx: Tx, request: Request, params: Any) -> tuple[list[SubKey], list[Failure]]:
        await asking(tx, request)
        done: list[SubKey] = []
        failures: list[Failure] = []
        for entry in read(read_names, params):
            if entry.key in request.session.subs:
                done.append(entry.key)
            else:
                failures.append(Failure(entry.key, codes.NO_SESSION, "the device is not logged in here"))
        tx.after_commit(lambda: self._detach(request, done))
        return done, failures

    def _detach(self, request: Request, leaving: list[SubKey]) -> None:
        publisher = self._publisher
        for key in leaving:
            device_no = request.session.subs.get(key)
            if device_no is None:
                continue  # removed by somebody else meanwhile
            publisher.detach(request.session, *key)
            device = self._fleet.device(device_no)
            if device is not None:
                self._gone(device)

    def _gone(self, device: DeviceEntry) -> None:
        if not self._publisher.connects(device.product_key, device.device_name):
            self._book.left(device.device_no)
            self._ingest.status(device, online=False)
