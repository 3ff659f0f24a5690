"""`linli soak attack`: what an attacker would try against a running `linli serve` over TLS; how much of it held.

Rights by role, log-ins that are not one's own, codes in what others read, signed requests played again while the clock
jumps, addresses that lead inside; then floods of connections and hostile files with another client's latency and the
memory, and broken packets by the seed that is printed.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvloop

from tests.campaigns.attacks import codes, inside, replay, rights, takeover
from tests.campaigns.attacks.loads import LOADS
from tests.campaigns.attacks.tally import Tally
from tests.campaigns.attacks.target import Target, make_target, secure_installation, serving
from tests.campaigns.kill import database_of

type Attack = Callable[[Target, Tally], Awaitable[None]]
ATTACKS: dict[str, Attack] = {
    "rights": rights.attempts,
    "takeover": takeover.attempts,
    "codes": codes.attempts,
    "replay": replay.attempts,
    "inside": inside.attempts,
}


async def _attack(folder: Path, database: str, tally: Tally, kinds: list[str], *, hurry: bool) -> None:
    target = await make_target(secure_installation(folder, database))
    target.hurry = hurry
    async with serving(target):
        for kind in kinds:
            await ATTACKS[kind](target, tally)


def run(engine: str = "sqlite", *, kinds: list[str], hurry: bool = False) -> dict[str, Any]:
    """`kinds`: names of ATTACKS and LOADS. In a hurry what waits for minutes is left out."""
    tally, began = Tally(), time.monotonic()
    if on_one := [kind for kind in kinds if kind in ATTACKS]:
        with tempfile.TemporaryDirectory(prefix="linli-attack-") as folder, database_of(engine) as database:
            uvloop.run(_attack(Path(folder), database, tally, on_one, hurry=hurry))
    for kind in kinds:
        if kind in LOADS:
            LOADS[kind](tally, engine)
    return {"engine": engine, "seconds": round(time.monotonic() - began, 1), **tally.document()}


def main() -> int:
    every = [*ATTACKS, *LOADS]
    parser = argparse.ArgumentParser(prog="linli soak attack", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--kind", choices=every, action="append")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    found = {"name": "attack", **run(words.engine, kinds=words.kind or every)}
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
