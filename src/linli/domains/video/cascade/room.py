"""What routes ask of upper platforms: nothing until cameras register at this process."""

from linli.domains.video.cascade.keeper import Cascade
from linli.domains.video.cascade.upper import UpperPlatform
from linli.domains.video.events import CameraAlarmed


class UpperRoom:
    """`open` where cameras register; until then this platform is registered nowhere."""

    def __init__(self) -> None:
        self.cascade: Cascade | None = None

    def open(self, cascade: Cascade) -> None:
        self.cascade = cascade

    def of(self, upper_id: int) -> UpperPlatform | None:
        """None: it is switched off, or this process is not registered there."""
        return None if self.cascade is None else self.cascade.of(upper_id)

    def look(self) -> None:
        """A row changed."""
        if self.cascade is not None:
            self.cascade.look()

    def alarmed(self, event: CameraAlarmed) -> None:
        if self.cascade is not None:
            self.cascade.alarmed(event)

    async def stop(self) -> None:
        if self.cascade is not None:
            await self.cascade.stop()
