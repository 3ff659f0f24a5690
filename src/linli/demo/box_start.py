"""What each box of the sample does first: call home with its code, and wait for its drivers to listen."""

import asyncio
from pathlib import Path
from typing import Any

from linli.app.platform import Platform
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.service.nodes import code_of
from linli.edge.cloud import Identity, activate, load_identity, save_identity
from linli.edge.framework.supervisor import State
from linli.edge.runtime.compose import Box
from linli.kernel import telemetry
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids

log = telemetry.logger(__name__)


async def identity_of(platform: Platform, home: Path, *, serial: str, hardware: str) -> Identity:
    """As it was given before, or by the code that the console shows. Raises LookupError, LinliError."""
    identity = load_identity(home)
    if identity is not None:
        return identity
    node = await clusters.node_of_serial(platform.db, serial)
    if node is None:
        raise LookupError(serial)
    identity = await activate(
        platform.settings.public_url,
        serial=serial,
        code=code_of(node, platform.secrets),
        hardware=hardware,
        clock=SystemClock(),
        ids=Ids(),
        report=log.info,
        tries=3,
    )
    save_identity(home, identity)
    return identity


async def listening(box: Box, name: str) -> int:
    """The port at which a driver hears machines, once it does."""
    while not any(  # noqa: ASYNC110
        status.driver == name and status.state is State.RUNNING for status in box.supervisor.status()
    ):
        await asyncio.sleep(0.05)  # the supervisor tells nobody
    driver: Any = box.supervisor.driver(name)
    return int(driver.port)
