"""What routes ask of picture health: off until a process looks."""

from linli.domains.video.errors import VideoOff
from linli.domains.video.health.looker import HealthLooker


class HealthRoom:
    """`open` where cameras register; until then nothing is looked at."""

    def __init__(self) -> None:
        self._looker: HealthLooker | None = None

    def open(self, looker: HealthLooker) -> None:
        self._looker = looker

    @property
    def looker(self) -> HealthLooker:
        """Raises VideoOff."""
        if self._looker is None:
            raise VideoOff()
        return self._looker

    async def stop(self) -> None:
        if self._looker is not None:
            await self._looker.stop()
