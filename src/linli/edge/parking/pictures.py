"""Pictures of cars on their way into the box's file service: what a lane decides does not wait for the disk.

A picture has its path from the beginning, so a car's record can name it while it is being written. Who answers a camera,
and who sends a record to the cloud, waits until it is there.
"""

import asyncio
from typing import Final

from linli.edge.framework.device_logs import DeviceLog
from linli.edge.parking.ports import KeepsFiles
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids

KEEP_S: Final = 7 * 86_400


class Pictures:
    def __init__(self, ids: Ids, log: DeviceLog) -> None:
        self._ids = ids
        self._log = log
        self.files: KeepsFiles | None = None
        """Where they are kept; None: they are not."""
        self._underway: dict[str, asyncio.Task[None]] = {}

    def begin(self, device: str, picture: bytes) -> str:
        """Its path; empty where none is kept. A picture that finds no room leaves its path without a file."""
        if self.files is None:
            return ""
        path = f"parking/{device}/{self._ids.hex(32)}.jpg"
        task = asyncio.create_task(self._add(self.files, device, path, picture), name="parking-picture")
        self._underway[path] = task
        task.add_done_callback(lambda _: self._underway.pop(path, None))
        return path

    async def stored(self, path: str) -> None:
        """Returns once the picture is on the disk, or is not kept."""
        task = self._underway.get(path)
        if task is not None:
            await asyncio.wait((task,))

    async def stop(self) -> None:
        """What has begun is finished."""
        await asyncio.gather(*self._underway.values(), return_exceptions=True)

    async def _add(self, files: KeepsFiles, device: str, path: str, picture: bytes) -> None:
        try:
            await files.add(path, picture, KEEP_S)
        except (LinliError, OSError, ValueError) as error:  # a full disk stops no car
            self._log.warning("a picture of a car is not kept", device=device, why=str(error))
