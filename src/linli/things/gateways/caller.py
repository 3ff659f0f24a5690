"""Common parts of gateways' requests: the caller, the devices meant, and a refusal that names the faulty device."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from linli.kernel.db import Tx
from linli.kernel.scope import Caller, Scope
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.subdevices import EntryError, SubKey
from linli.things.gateways import codes
from linli.things.inbox.envelopes import method_of, read_post
from linli.things.inbox.request import Request, RequestRefused
from linli.things.inbox.requests import Handler
from linli.things.queries.devices import DeviceRow, get_device_by_no
from linli.things.topology import queries
from linli.things.topology.notices import named


class Failure(NamedTuple):
    """Why one device of a request was left out."""

    key: SubKey
    code: int
    message: str

    def fields(self) -> dict[str, Any]:
        return {**named(self.key), "code": self.code, "message": self.message}


async def asking(tx: Tx, request: Request) -> tuple[Scope, DeviceRow]:
    """The tenant's devices as the asking gateway may know them, and the gateway. Raises RequestRefused."""
    device = request.device
    if device.product.node_type != 1:
        raise RequestRefused(codes.NOT_A_GATEWAY, "only a gateway has sub-devices")
    scope = Scope(device.tenant_id, Caller("device", device.iot_id))
    return scope, await get_device_by_no(scope, tx, device_no=device.device_no)


async def require_devices(scope: Scope, tx: Tx, keys: list[SubKey]) -> dict[SubKey, DeviceRow]:
    """The devices named, all of them. Raises RequestRefused."""
    rows = await queries.named_devices(scope, tx, keys)
    for key in keys:
        if key not in rows:
            raise refused(codes.NO_DEVICE, "there is no such device", key)
    return rows


def refused(code: int, message: str, key: SubKey) -> RequestRefused:
    """A refusal of the whole request that names the device at fault, in words and in the data."""
    return RequestRefused(code, _at(key, message), data=[Failure(key, code, message).fields()])


def read[T](reader: Callable[[Any], T], params: Any) -> T:
    """The request's params, read by `reader`. Raises RequestRefused."""
    try:
        return reader(params)
    except EntryError as error:
        raise RequestRefused(codes.PARAMS, str(error)) from None


type Each = Callable[[Tx, Request, Any], Awaitable[tuple[list[SubKey], list[Failure]]]]
"""(transaction, request, its params) -> (devices it was done for, the others)."""


def each(handler: Each) -> Handler:
    """A request that does what it can: one device at fault does not keep the others out.

    The reply's code is 200 if all went well, else the first fault's, with every device in the data: those at fault
    with `code` and `message`, the others with code 200. For `Requests.on(…, envelope=False)`, since what was done
    stays done although the code is no success.
    """

    async def answer(tx: Tx, request: Request) -> bytes:
        method = method_of(request.uplink.topic.text)
        try:
            post = read_post(request.payload)
        except envelope.EnvelopeError as error:
            return envelope.reply(envelope.Request(), code=codes.PARAMS, message=str(error), method=method)
        try:
            done, failures = await handler(tx, request, post.params)
        except RequestRefused as why:
            # Nothing was written: these are raised while the request is read.
            return envelope.reply(post, code=why.code, message=why.message, data=why.data, method=method)
        if not failures:
            return envelope.reply(post, data=[named(key) for key in done], method=method)
        first = failures[0]
        data = [{**named(key), "code": envelope.SUCCESS} for key in done]
        data += [failure.fields() for failure in failures]
        return envelope.reply(
            post, code=first.code, message=_at(first.key, first.message), data=data, method=method
        )

    return answer


def _at(key: SubKey, message: str) -> str:
    return f"{key.product_key}/{key.device_name}: {message}"
