"""The platform with simulated cameras, as those who watch have it."""

from tests.domains.video.live.conftest import house

__all__ = ["house"]
