"""`linli soak attack`: what an attacker would try against a running `linli serve` over TLS; how much of it held."""

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


async def _run(folder: Path, database: str, kinds: list[str], *, hurry: bool) -> dict[str, Any]:
    tally, began = Tally(), time.monotonic()
    target = await make_target(secure_installation(folder, database))
    target.hurry = hurry
    async with serving(target):
        for kind in kinds:
            await ATTACKS[kind](target, tally)
    return {"seconds": round(time.monotonic() - began, 1), **tally.document()}


def run(engine: str = "sqlite", *, kinds: list[str] | None = None, hurry: bool = False) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="linli-attack-") as folder, database_of(engine) as database:
        found = uvloop.run(_run(Path(folder), database, kinds or list(ATTACKS), hurry=hurry))
    return {"engine": engine, **found}


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak attack", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--kind", choices=list(ATTACKS), action="append")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    found = {"name": "attack", **run(words.engine, kinds=words.kind)}
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
