"""Asking the cloud what is wanted of the box: when there is news, and now and then in case news was lost."""

import asyncio
import contextlib
from typing import Any, Final

from linli.edge.cloud import CloudRefused, CloudUnreachable
from linli.edge.runtime.deployer import Deployer
from linli.edge.runtime.passage import Passage
from linli.edge.runtime.presence import Presence
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import HeartbeatAnswer, Refresh

log = logger(__name__)

EVERY_S: Final = 300.0


class Polling:
    """`news` is set by each part that learns of a change."""

    def __init__(self, deployer: Deployer, presence: Presence, passage: Passage, news: asyncio.Event) -> None:
        self._deployer = deployer
        self._presence = presence
        self._passage = passage
        self._news = news

    async def refresh(self, wanted: Refresh) -> dict[str, Any]:
        """The cloud has another deployment or other rules: the answer does not wait until they hold."""
        self._news.set()
        return {}

    def heard(self, answer: HeartbeatAnswer, took_ms: int) -> None:
        """The answer to a heartbeat says which deployment is the newest."""
        current = self._deployer.current
        if answer.generation and current is not None and answer.generation > current.generation:
            self._news.set()

    async def run(self) -> None:
        while True:
            self._news.clear()
            try:
                await self._deployer.refresh()
                self._presence.forgive()
            except (CloudUnreachable, CloudRefused) as error:
                log.info("the deployment is not fetched: %s", error)
            except LinliError as error:
                log.error("the deployment is not kept: %s", error)
            await self._passage.refresh()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await self._news.wait()
