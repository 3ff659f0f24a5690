"""Devices that fetch their identity: dynamic registration with a product secret, and pre-authentication over HTTP.

A secret is given out only for a device that has never connected: the product secret lies in every device of a kind, and
must not open those already in use. `reset_secret` makes a device registrable again. Source: spec clients b.2.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, select

from linli.kernel.clock import Clock
from linli.kernel.db import INT, Database, Query, Tx
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.connections.demands import TLS_ONLY, Demands
from linli.things.fleet import DeviceEntry, Fleet, ProductEntry
from linli.things.models import device_tokens, devices
from linli.things.mqtt.principals import (
    NOT_ALLOWED,
    PreAuthorized,
    PreAuthRequest,
    Refused,
    Registered,
    RegisterRequest,
)
from linli.things.service.devices import DeviceValues, create_device

type Address = Callable[[str, str], tuple[str, int]]
"""(protection of the request, our address that it used) -> host and port for a connection with the same protection."""
type TokenKind = Literal["regnwl", "pre_auth"]


def _hidden(noted: str, device: DeviceEntry | None = None) -> Refused:
    """One answer for all that is wrong before the signature is believed; `noted` says which it was."""
    number = 0 if device is None else device.device_no
    return Refused(reason="device or signature is wrong", code=401, device_no=number, noted=noted)


_facts = Query(
    select(devices.c.secret, devices.c.active_ms).where(
        devices.c.device_no == bindparam("device_no", type_=INT)
    ),
    unscoped="the device itself asks",
)


class Token(NamedTuple):
    client_id: str
    secret: str
    """Sealed."""


_token = Query(
    select(device_tokens.c.client_id, device_tokens.c.secret).where(
        device_tokens.c.device_no == bindparam("device_no", type_=INT),
        device_tokens.c.kind == bindparam("kind"),
    ),
    Token,
)


class Registration:
    """`address` tells pre-authorised devices where to connect."""

    def __init__(
        self,
        db: Database,
        fleet: Fleet,
        secrets: Secrets,
        ids: Ids,
        clock: Clock,
        address: Address,
        demands: Demands,
    ) -> None:
        self._db = db
        self._fleet = fleet
        self._secrets = secrets
        self._ids = ids
        self._clock = clock
        self._address = address
        self._demands = demands

    async def register(self, request: RegisterRequest) -> Registered | Refused:
        product = await self._fleet.find_product(request.product_key)
        if product is None:
            return _hidden("registration: unknown product")
        device = await self._fleet.find(request.product_key, request.device_name)
        number = 0 if device is None else device.device_no
        if not request.proves(self._secrets.open(product.secret, about=f"product:{product.product_key}")):
            return _hidden("registration: the signature does not fit the product secret", device)
        if not product.dynamic_register:
            return Refused(reason="dynamic registration is off for this product", code=403, device_no=number)
        if self._demands.plain_refused(product.product_no, request.security):
            return _plain(device)
        if device is not None:
            refused = await self._unfit(device)
            if refused is not None:
                return refused
        if request.new:
            return await self._give_token(product, device, request.device_name)
        if device is None:
            return Refused(reason="unknown device", code=404)
        return Registered(
            product_key=request.product_key,
            device_name=request.device_name,
            device_secret=self._secrets.open(device.secret, about=f"device:{device.iot_id}"),
        )

    async def pre_authenticate(self, request: PreAuthRequest) -> PreAuthorized | Refused:
        device = await self._fleet.find(request.product_key, request.device_name)
        if device is None:
            return _hidden("pre-authentication: unknown device")
        if not request.proves(self._secrets.open(device.secret, about=f"device:{device.iot_id}")):
            return _hidden("pre-authentication: the signature does not fit the device secret", device)
        if self._demands.plain_refused(device.product.product_no, request.security):
            return _plain(device)
        if not device.enabled:
            return Refused(reason="the device is disabled", code=403, device_no=device.device_no)
        token = self._ids.token(32)
        await self._db.run(
            lambda tx: self._keep_token(tx, device.device_no, device.iot_id, "pre_auth", "", token)
        )
        host, port = self._address(request.security, request.reached)
        return PreAuthorized(iot_id=device.iot_id, iot_token=token, host=host, port=port)

    async def token_of(
        self, device: DeviceEntry, kind: TokenKind, client_id: str | None = None
    ) -> str | None:
        """The token a device connects with, in clear; None if it has none (for this client id)."""
        row = await _token.one(self._db, device_no=device.device_no, kind=kind)
        if row is None or (client_id is not None and row.client_id != client_id):
            return None
        return self._secrets.open(row.secret, about=f"device:{device.iot_id}")

    async def _unfit(self, device: DeviceEntry) -> Refused | None:
        number = device.device_no
        if not device.enabled:
            return Refused(reason="the device is disabled", code=403, device_no=number)
        row = await _facts.one(self._db, device_no=device.device_no)
        if row is None or row[1] is not None:
            return Refused(reason="the device is already active", code=403, device_no=number)
        return None

    async def _give_token(
        self, product: ProductEntry, device: DeviceEntry | None, device_name: str
    ) -> Registered | Refused:
        token, client_id = self._ids.token(32), self._ids.token(24)
        scope = Scope.system(product.tenant_id, "registration")
        try:

            async def work(tx: Tx) -> None:
                if device is None:
                    triple = await create_device(
                        scope,
                        tx,
                        values=DeviceValues(product_key=product.product_key, device_name=device_name),
                        ids=self._ids,
                        secrets=self._secrets,
                    )
                    device_no, iot_id = await _number_of(tx, triple.iot_id), triple.iot_id
                else:
                    device_no, iot_id = device.device_no, device.iot_id
                await self._keep_token(tx, device_no, iot_id, "regnwl", client_id, token)

            await self._db.run(work)
        except LinliError as error:
            return Refused(reason=str(error), code=400)
        return Registered(
            product_key=product.product_key,
            device_name=device_name,
            client_id=client_id,
            device_token=token,
        )

    async def _keep_token(
        self, tx: Tx, device_no: int, iot_id: str, kind: TokenKind, client_id: str, token: str
    ) -> None:
        row = {
            "device_no": device_no,
            "kind": kind,
            "client_id": client_id,
            "secret": self._secrets.seal(token, about=f"device:{iot_id}"),
            "created_ms": self._clock.now_ms(),
        }
        await tx.upsert(
            device_tokens, [row], keys=("device_no", "kind"), update=("client_id", "secret", "created_ms")
        )


def _plain(device: DeviceEntry | None) -> Refused:
    number = 0 if device is None else device.device_no
    return Refused(reason=TLS_ONLY, connack=NOT_ALLOWED, code=403, device_no=number, proven=True)


_numbers = Query(
    select(devices.c.device_no).where(devices.c.iot_id == bindparam("iot_id")),
    unscoped="reads back what this transaction made",
)


async def _number_of(tx: Tx, iot_id: str) -> int:
    number: int = await _numbers.scalar(tx, iot_id=iot_id)
    return number
