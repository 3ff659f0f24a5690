"""Activation by call home: the box tries until the cloud answers, waiting longer each time; a refusal ends it at once."""

from collections.abc import Callable
from typing import Final

import httpx
import msgspec

from linli import __version__
from linli.edge.cloud.caller import CloudRefused, CloudUnreachable, _refused
from linli.edge.cloud.identity import Identity
from linli.kernel.clock import Clock
from linli.kernel.http.client import Client
from linli.kernel.ids import Ids
from linli.protocols import edge_link
from linli.sync import Backoff

BACKOFF: Final = Backoff(first_ms=2000, factor=2.0, longest_ms=60_000, retries=2**31)

type Report = Callable[[str], None]


async def activate(
    cloud: str,
    *,
    serial: str,
    code: str,
    hardware: str,
    clock: Clock,
    ids: Ids,
    report: Report,
    model: str = "",
    tries: int | None = None,
) -> Identity:
    """The box's identity.

    `model` as on its label, empty: the one that the console has. `report` gets each step in words. `tries` None:
    until the cloud answers. Raises CloudRefused, CloudUnreachable (tries used up), msgspec.ValidationError (a field
    breaks its rule).
    """
    base = cloud.rstrip("/")
    failures = 0
    async with Client(timeout=20, trust_env=False) as client:
        while True:
            request = _request(serial, code, hardware, model, clock, ids)
            try:
                answer = await client.post(
                    f"{base}{edge_link.ACTIVATE}", content=msgspec.json.encode(request)
                )
                return _identity(answer, serial, clock)
            except (httpx.HTTPError, OSError) as error:
                failures += 1
                why = f"{type(error).__name__}: {error}"
                if tries is not None and failures >= tries:
                    raise CloudUnreachable(why=why) from None
            wait_s = BACKOFF.wait_ms(failures, 0.5) / 1000
            report(f"{base} does not answer ({why}); again in {wait_s:.0f} s")
            await clock.sleep(wait_s)


def _request(
    serial: str, code: str, hardware: str, model: str, clock: Clock, ids: Ids
) -> edge_link.ActivationRequest:
    activation_request = edge_link.ActivationRequest(
        serial_number=serial,
        activation_code=code,
        model=model,
        hardware_id=hardware,
        version=__version__,
        nonce=ids.hex(32),
        time=clock.now_ms(),
        takes_authority=True,
    )
    return msgspec.convert(
        msgspec.to_builtins(activation_request), edge_link.ActivationRequest
    )  # the field rules too


def _identity(answer: httpx.Response, serial: str, clock: Clock) -> Identity:
    if answer.status_code >= 500:
        raise httpx.HTTPError(f"HTTP {answer.status_code}")
    if not answer.is_success:
        raise _refused(answer)
    try:
        activated = msgspec.json.decode(answer.content, type=edge_link.Activated)
    except msgspec.MsgspecError as error:
        raise CloudRefused(
            status=answer.status_code, error="", message=f"the answer cannot be read: {error}", field=""
        ) from None
    return Identity(serial_number=serial, activated=activated, activated_ms=clock.now_ms())
