"""The described API on a running platform: signed by a hook, called with ids that exist and with what is generated.

The platform of `tests/scope` runs in a thread of its own, so that generators may take their time in the test's.
"""

import asyncio
import base64
import hashlib
import hmac
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvloop

from linli.openapi.registry import MethodSpec
from tests.scope.cases import Chosen
from tests.scope.recipes import RECIPES
from tests.scope.town import Lot, Town, running_town


class Signer:
    """The authentication hook of `requests`: signs what is about to be sent, with a fresh nonce and time."""

    def __init__(self, app_key: str, secret: str) -> None:
        self._app_key, self._secret = app_key, secret

    def __call__(self, request: Any) -> Any:
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        request.headers["accept"] = "application/json"
        request.headers["content-md5"] = base64.b64encode(hashlib.md5(body).digest()).decode()
        signed = {
            "x-ca-key": self._app_key,
            "x-ca-nonce": uuid.uuid4().hex,
            "x-ca-timestamp": str(time.time_ns() // 1_000_000),
        }
        head = [
            "POST",
            "application/json",
            request.headers["content-md5"],
            request.headers["content-type"],
            "",
        ]
        text = "\n".join([*head, *(f"{name}:{value}" for name, value in signed.items()), request.path_url])
        request.headers.update(signed)
        request.headers["x-ca-signature-headers"] = ",".join(signed)
        digest = hmac.digest(self._secret.encode(), text.encode(), "sha256")
        request.headers["x-ca-signature"] = base64.b64encode(digest).decode()
        return request


class DescribedTown:
    """One town, looked at from another thread. `lot` is the caller's own."""

    def __init__(self, town: Town, loop: asyncio.AbstractEventLoop) -> None:
        self._town = town
        self.loop = loop
        self.url = str(town.client.base_url)
        self.lot: Lot = town.lots["first"]
        project = self.lot.project
        self.signer = Signer(project.app_key, project.secret)

    def renew_token(self) -> str:
        """Generated calls use tokens up."""
        asyncio.run_coroutine_threadsafe(self._town.renew_tokens(), self.loop).result(30)
        return self.lot.token

    def good_params(self, spec: MethodSpec, chance: random.Random) -> dict[str, Any]:
        """Parameters that succeed, with ids of the lot."""
        recipe = chance.choice(RECIPES[spec.key])
        return recipe(Chosen(self.lot))


@contextmanager
def described_town(database: str, folder: Path) -> Iterator[DescribedTown]:
    """A town in a thread, until the block ends."""
    ready, done = threading.Event(), asyncio.Event()
    held: list[DescribedTown] = []
    failed: list[BaseException] = []

    async def live() -> None:
        async with running_town(database, folder) as town:
            held.append(DescribedTown(town, asyncio.get_running_loop()))
            ready.set()
            await done.wait()

    def run() -> None:
        try:
            uvloop.run(live())
        except BaseException as error:  # noqa: BLE001 - told to the thread that waits
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="town")
    thread.start()
    try:
        ready.wait(60)
        if not held:
            raise failed[0] if failed else TimeoutError("the town did not start")
        yield held[0]
    finally:
        if held:
            held[0].loop.call_soon_threadsafe(done.set)
        thread.join(30)
    if failed:
        raise failed[0]
