"""What wears a platform down: floods of connections, hostile files, broken packets; each on its own installation."""

import random
from collections.abc import Callable
from typing import Final

from tests.campaigns import connections, fuzz, uploads
from tests.campaigns.attacks.tally import Tally

HELD, A_SECOND, SECONDS = 11_000, 1000, 12.0
PACKETS: Final = 100_000


def flood(tally: Tally, engine: str) -> None:
    """Idle sockets, unfinished heads, bodies and handshakes, silent devices; from one address and from many."""
    found = connections.run(engine, count=HELD, rate=A_SECOND, seconds=SECONDS)
    for one in found["floods"]:
        faults = connections.faults(one)
        tally.note("flood", f"{one['kind']} from {one['addresses']} addresses", not faults, faults)
    tally.figures["flood"] = {
        f"{one['kind']} from {one['addresses']}": {
            "others_p99_ms": one["others"]["p99_ms"],
            "others_failed": one["others"]["failed"],
            "grown_mb": one["grown_mb"],
        }
        for one in found["floods"]
    }


def upload(tally: Tally, engine: str) -> None:
    """Workbooks, packages and bodies that grow when they are read, many at once. SQLite, whatever the engine."""
    found = uploads.run()
    for one in found:
        tally.note("upload", one.kind, not one.faults, one.faults)
    tally.figures["upload"] = {
        one.kind: {"sent": sum(one.answers.values()), "others_p99_ms": one.p99_ms, "grown_mb": one.memory_mb}
        for one in found
    }


def broken(tally: Tally, engine: str) -> None:
    """Wounded MQTT packets, WebSocket frames, signed and unsigned calls, and bodies for the console."""
    seed = random.SystemRandom().randrange(10**6)
    found = fuzz.run(engine, count=PACKETS, seed=seed)
    tally.tried["fuzz"] += found["sent"]
    tally.broken += [f"fuzz {seed}: {one}"[:400] for one in found["wrong"]]
    tally.figures["fuzz"] = {"seed": seed, "sent": found["sent"], "memory_mb": found["memory_mb"]}


LOADS: Final[dict[str, Callable[[Tally, str], None]]] = {"flood": flood, "upload": upload, "fuzz": broken}
