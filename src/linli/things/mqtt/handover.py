"""A device moves from one front to another: the steps of the new front and of the old one."""

import asyncio
import contextlib

from linli.protocols import mqtt
from linli.protocols.linkkit.connect import ConnectName
from linli.things.mqtt.clients import Clients
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.exchange import Exchange
from linli.things.mqtt.principals import AppPrincipal, DevicePrincipal
from linli.things.mqtt.store import Key, SessionStore
from linli.things.mqtt.wills import Wills

_LET_GO_SECONDS = 1.0
_LOOK_SECONDS = 0.005


class Handover:
    """Without other fronts (`clients.others` is None) there is nothing to do when a client comes."""

    def __init__(self, clients: Clients, store: SessionStore, exchange: Exchange, wills: Wills) -> None:
        self._clients = clients
        self._store = store
        self._exchange = exchange
        self._wills = wills

    async def prepare(
        self, connect: mqtt.Connect, name: ConnectName, principal: DevicePrincipal | AppPrincipal
    ) -> None:
        """Take a device over from the other fronts, its stored session included. Raises Unavailable."""
        others = self._clients.others
        if others is None:
            return
        if isinstance(principal, AppPrincipal):
            others.app_joined(principal.app_key, name.client_id)
            return
        key = (principal.product_key, principal.device_name)
        if not await others.take(key, principal.device_no, style=name.rrpc_style):
            return
        if connect.clean:
            self._store.forgotten(key)
        else:
            await self.adopt(key)

    def left_before_welcome(self, principal: DevicePrincipal | AppPrincipal) -> None:
        """The connection that `prepare` was for is gone."""
        others = self._clients.others
        if others is None or isinstance(principal, AppPrincipal):
            return
        key = (principal.product_key, principal.device_name)
        session = self._clients.devices.get(key)
        if session is None or session.connection is None:
            others.left(key, others.claim_of(key), kept=session is not None)

    async def adopt(self, key: Key) -> bool:
        """Let the stored session of a device wait here. False: there is none, or it is here already."""
        if key in self._clients.devices:
            return False
        stored = await self._store.find(key)
        if stored is None or key in self._clients.devices:
            return False
        self._clients.restore(stored)
        return True

    async def let_go(self, key: Key) -> None:
        """Another front takes this device: end its connection here, write its session, and forget it.

        Returns once what it sent here is committed and its session is durable; not later than a second.
        """
        clients = self._clients
        clients.release(*key)
        session = clients.devices.get(key)
        if session is None:
            return
        connection = session.connection
        if connection is not None:
            connection.close(Gone.TAKEN_OVER)
        if clients.devices.get(key) is session:
            del clients.devices[key]
            self._exchange.forget(session)
            self._wills.void(session.key)
            session.let_go()
        durable = asyncio.Event()
        self._store.when_durable(durable.set)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LET_GO_SECONDS):
                await durable.wait()
                while connection is not None and connection.has_pending():  # noqa: ASYNC110 - a rare case, and short
                    await asyncio.sleep(_LOOK_SECONDS)

    def app_elsewhere(self, app_key: str, client_id: str) -> None:
        """The same subscriber connected to another front."""
        session = self._clients.app(app_key, client_id)
        if session is not None and session.connection is not None:
            session.connection.close(Gone.TAKEN_OVER)
