"""`linli soak disk`: the disk runs full under load, again and again, and is given room again.

What was acknowledged is there, what was refused is not, nothing is there by half, and the process goes on. Runs on a
small file system of its own, so it needs the right to mount one. Without the reserve that the platform keeps by itself
(`disk.reserve_mb`), so that the database meets the end of the disk in the middle of its work.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvloop

from tests.campaigns.kill import Campaign
from tests.campaigns.site import PASSWORD

SIZE_MB = 160
LOAD_SECONDS = 1.0
FULL_SECONDS = 1.5
RECOVERY_SECONDS = 15
PIECE = 1024 * 1024


class FullDisk(Campaign):
    """The kill campaign's load and checks, with another trouble."""

    def __init__(self, folder: Path, *, times: int, seed: int) -> None:
        super().__init__(folder, "", kills=times, seed=seed, hurry=True)
        self._ballast = folder / "ballast"
        self.slowest_recovery = 0.0
        self.came_in = 0

    async def _trouble(self) -> None:
        await asyncio.sleep(self._chance.uniform(0.3, LOAD_SECONDS))
        self._look_at_load()
        await self._fill()
        await asyncio.sleep(self._chance.uniform(0.3, FULL_SECONDS))
        await self._fill()  # what the database gave free meanwhile
        alive = await self._client.get("/healthz")
        if alive.status_code != 200:
            self._checks.half.append(f"/healthz says {alive.status_code}")
        await self._come_in()
        self._ballast.unlink()
        began = time.monotonic()
        await self._writes_again(began + RECOVERY_SECONDS)
        self.slowest_recovery = max(self.slowest_recovery, time.monotonic() - began)
        await self._check()
        process = self.installation.process
        if process is None or process.poll() is not None:
            self._checks.half.append(f"the process ended: {process and process.returncode}")

    async def _come_in(self) -> None:
        """Whoever is to free the disk signs in while it is full, and reads."""
        words = {"login": self._site.login, "password": PASSWORD}
        async with httpx.AsyncClient(
            base_url=f"{self.installation.url}/api/console",
            headers={"x-linli-request": "1"},
            trust_env=False,
            timeout=10,
        ) as person:
            came = await person.post("/session", json=words)
            read = await person.get("/session")
        if (came.status_code, read.status_code) != (200, 200):
            self._checks.half.append(
                f"a sign-in with a full disk: {came.status_code} {came.text}, then {read.status_code}"
            )
        self.came_in += 1

    async def _fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as ballast:
            size = PIECE
            while size >= 4096:
                try:
                    ballast.write(b"\0" * size)
                except OSError:
                    size //= 4
                await asyncio.sleep(0)

    async def _writes_again(self, deadline: float) -> None:
        """Return once calls, posts and imports get through again."""
        ledger = self.ledger
        spaces, posts = len(ledger.spaces), len(ledger.posts)
        while len(ledger.spaces) == spaces or len(ledger.posts) == posts:
            if time.monotonic() > deadline:
                self._checks.lost.append(
                    f"after the disk had room again: {len(ledger.spaces) - spaces} spaces,"
                    f" {len(ledger.posts) - posts} posts in {RECOVERY_SECONDS} s"
                )
                return
            await asyncio.sleep(0.05)


@contextmanager
def small_disk(megabytes: int = SIZE_MB) -> Iterator[Path]:
    """A file system in memory."""
    folder = Path(tempfile.mkdtemp(prefix="linli-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def missing() -> str:
    """Why it cannot run here; empty when it can."""
    if shutil.which("mount") is None or os.geteuid() != 0:
        return "only root may mount a small file system"
    folder = tempfile.mkdtemp(prefix="linli-disk-")
    tried = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, text=True)
    if tried.returncode == 0:
        subprocess.run(["umount", folder], check=True)
    os.rmdir(folder)
    return tried.stderr.strip()


def run(*, times: int, seed: int) -> dict[str, Any]:
    with small_disk() as folder:
        campaign = FullDisk(folder, times=times, seed=seed)
        found = uvloop.run(campaign.run())
    return {
        "seed": seed,
        **found,
        "slowest_recovery_seconds": round(campaign.slowest_recovery, 2),
        "signed_in_while_full": campaign.came_in,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak disk", description=__doc__)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    if reason := missing():
        print(reason, file=sys.stderr)
        return 2
    found = {"name": "disk", **run(times=words.times, seed=words.seed)}
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["lost"] or found["half"] else 0


if __name__ == "__main__":
    sys.exit(main())
