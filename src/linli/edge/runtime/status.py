"""How a running box is: for `linli edge status` by a file in its folder, for its own page, and for the heartbeat."""

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any, Final

import msgspec

from linli import __version__
from linli.edge.cloud import BoxClock
from linli.edge.foreign.confinement import can_confine
from linli.edge.remote.figures import Meter
from linli.edge.runtime.network import own_address
from linli.protocols.edge_link import DriverHealth, Heartbeat, trust

if TYPE_CHECKING:
    from linli.edge.runtime.compose import Box

STATUS: Final = "status.json"
STATUS_S: Final = 10.0


def status_of(box: "Box") -> dict[str, Any]:
    """Holds no secret."""
    current, clock = box.deployer.current, box.clock
    return {
        "node": {"id": box.identity.node_id, "name": box.identity.activated.node.name},
        "serialNumber": box.identity.serial_number,
        "version": __version__,
        "time": clock.now_ms(),
        "clockOffsetMs": clock.machine_offset_ms if isinstance(clock, BoxClock) else 0,
        "cloud": {"baseUrl": box.cloud.base_url, "line": "up" if box.line.up else "down", "why": box.line.why},
        "generation": current.generation if current is not None else 0,
        "uplink": {
            "backlog": box.queue.backlog, "sent": box.drain.sent, "dropped": box.queue.dropped,
            "pictureBytes": box.pictures.held_bytes, "picturesDropped": box.pictures.dropped,
        },
        "drivers": [
            {
                "id": one.driver, "version": one.version, "state": one.state.value, "why": one.why,
                "devices": len(one.devices), "restarts": one.crashes,
                "online": len(box.presence.online & set(one.devices)),
            }
            for one in box.supervisor.status()
        ],
        "refused": dict(box.presence.refused),
        "refusedDrivers": [one._asdict() for one in box.deployer.faults.values()],
        "driverRoot": trust.fingerprint(box.trusted.root) if box.trusted.root else "",
        "protection": {
            "driversHaveOwnUsers": can_confine(), "unconfinedDrivers": box.supervisor.unconfined(),
            "doorAddressesChecked": not box.peers.unchecked, "uncheckedListeners": sorted(box.peers.unchecked),
        },
    }  # fmt: skip


def heartbeat_of(box: "Box", meter: Meter) -> Heartbeat:
    figures, status = meter.read(), status_of(box)
    return Heartbeat(
        version=__version__, booted_ms=meter.booted_ms(), cpu=figures.cpu, memory=figures.memory,
        disk=figures.disk, load=figures.load, temperature=figures.temperature,
        clock_offset_ms=status["clockOffsetMs"], uplink_backlog=box.queue.backlog,
        generation=status["generation"], drivers=msgspec.convert(status["drivers"], list[DriverHealth]),
        addresses=[own_address(box.cloud.base_url)], away=box.reports.absent(),
        strangers=box.peers.for_cloud(), unchecked=sorted(box.peers.unchecked)[:20],
        unconfined=box.supervisor.unconfined()[:20],
    )  # fmt: skip


async def keep_written(box: "Box") -> None:
    """Write the file anew every STATUS_S, whole or not at all; a full disk leaves the last one."""
    file = box.home / STATUS
    while True:
        part = file.with_suffix(".part")
        with contextlib.suppress(OSError):
            part.write_text(json.dumps(status_of(box), ensure_ascii=False), "utf-8")
            part.chmod(0o600)
            part.replace(file)
        await asyncio.sleep(STATUS_S)
