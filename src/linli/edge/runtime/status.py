"""How a running box is: for `linli edge status` by a file in its folder, for its own page, and for the heartbeat."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from linli import __version__
from linli.edge.cloud import BoxClock, CloudCaller, Identity
from linli.edge.doors.peers import Peers
from linli.edge.foreign.confinement import can_confine
from linli.edge.framework.supervisor import Supervisor
from linli.edge.remote.figures import Meter
from linli.edge.runtime.components import Components
from linli.edge.runtime.deployer import Deployer
from linli.edge.runtime.drain import Drain
from linli.edge.runtime.line import Line
from linli.edge.runtime.network import own_address
from linli.edge.runtime.pictures import Pictures
from linli.edge.runtime.presence import Presence
from linli.edge.runtime.queue import Queue
from linli.edge.runtime.reports import Reports
from linli.edge.runtime.trust import DriverTrust
from linli.kernel.clock import Clock
from linli.protocols.edge_link import DriverHealth, Heartbeat, LiftKeeping, trust

STATUS: Final = "status.json"
STATUS_S: Final = 10.0

type Section = Callable[[], dict[str, Any]]


class Status:
    """Sections put together; holds no secret."""

    def __init__(self, clock: Clock, *sections: Section) -> None:
        self._clock = clock
        self._sections = sections

    def __call__(self) -> dict[str, Any]:
        clock = self._clock
        sections: dict[str, Any] = {
            "version": __version__,
            "time": clock.now_ms(),
            "clockOffsetMs": clock.machine_offset_ms if isinstance(clock, BoxClock) else 0,
        }
        for section in self._sections:
            sections |= section()
        return sections


def identity_section(identity: Identity, trusted: DriverTrust) -> Section:
    return lambda: {
        "node": {"id": identity.node_id, "name": identity.activated.node.name},
        "serialNumber": identity.serial_number,
        "driverRoot": trust.fingerprint(trusted.root) if trusted.root else "",
    }


def cloud_section(cloud: CloudCaller, line: Line) -> Section:
    return lambda: {
        "cloud": {"baseUrl": cloud.base_url, "line": "up" if line.up else "down", "why": line.why},
    }


def uplink_section(queue: Queue, drain: Drain, pictures: Pictures) -> Section:
    return lambda: {
        "uplink": {
            "backlog": queue.backlog,
            "sent": drain.sent,
            "dropped": queue.dropped,
            "pictureBytes": pictures.held_bytes,
            "picturesDropped": pictures.dropped,
        },
    }


def site_section(deployer: Deployer) -> Section:
    """For whom it works, as the cloud calls them; empty before the first deployment."""

    def section() -> dict[str, Any]:
        current = deployer.current
        return {
            "gateway": current.gateway.name if current is not None else "",
            "community": current.community.id if current is not None else "",
            "zone": current.community.zone if current is not None else "",
        }

    return section


def drivers_section(deployer: Deployer, supervisor: Supervisor, presence: Presence) -> Section:
    return lambda: {
        "generation": deployer.current.generation if deployer.current is not None else 0,
        "drivers": [
            {
                "id": status.driver,
                "version": status.version,
                "state": status.state.value,
                "why": status.why,
                "devices": len(status.devices),
                "restarts": status.crashes,
                "online": len(presence.online & set(status.devices)),
            }
            for status in supervisor.status()
        ],
        "refused": dict(presence.refused),
        "refusedDrivers": [fault._asdict() for fault in deployer.faults.values()],
    }


def protection_section(supervisor: Supervisor, peers: Peers) -> Section:
    return lambda: {
        "protection": {
            "driversHaveOwnUsers": can_confine(),
            "unconfinedDrivers": supervisor.unconfined(),
            "doorAddressesChecked": not peers.unchecked,
            "uncheckedListeners": sorted(peers.unchecked),
        },
    }


def heartbeat_of(
    status: Status,
    reports: Reports,
    peers: Peers,
    components: Components,
    lifts: Callable[[], list[LiftKeeping]],
    meter: Meter,
) -> Heartbeat:
    figures, state = meter.read(), status()
    protection = state["protection"]
    return Heartbeat(
        version=state["version"],
        booted_ms=meter.booted_ms(),
        cpu=figures.cpu,
        memory=figures.memory,
        disk=figures.disk,
        load=figures.load,
        temperature=figures.temperature,
        clock_offset_ms=state["clockOffsetMs"],
        uplink_backlog=state["uplink"]["backlog"],
        generation=state["generation"],
        drivers=msgspec.convert(state["drivers"], list[DriverHealth]),
        components=components.health(),
        addresses=[own_address(state["cloud"]["baseUrl"])],
        away=reports.absent(),
        lifts=lifts(),
        strangers=peers.for_cloud(),
        unchecked=protection["uncheckedListeners"][:20],
        unconfined=protection["unconfinedDrivers"][:20],
    )


async def keep_written(home: Path, status: Status) -> None:
    """Write the file again every STATUS_S, whole or not at all; a full disk leaves the last one."""
    file = home / STATUS
    while True:
        part = file.with_suffix(".part")
        with contextlib.suppress(OSError):
            part.write_text(json.dumps(status(), ensure_ascii=False), "utf-8")
            part.chmod(0o600)
            part.replace(file)
        await asyncio.sleep(STATUS_S)
