"""A camera of the box tested from end to end: reached, logged in, clock, streams, first key picture."""

import asyncio
from typing import Any, Final

from linli.edge.video.camera import Camera
from linli.edge.video.errors import CameraFailed
from linli.edge.video.rows import IPC, VideoDevice
from linli.edge.video.stream_look import StreamLook
from linli.protocols.camera_check import STEPS

SECONDS: Final = 8.0
"""Of the whole test: the platform waits 10 s."""
_CLOCK_OFF_MS: Final = 10_000
"""Log-ins have a time in them: cameras refuse those that are too far from their own."""
_MOST_DETAIL: Final = 120
_FAILURES: Final = {
    "unreachable": ("reached", "site_unreachable"),
    "not_onvif": ("reached", "site_not_onvif"),
    "wrong_password": ("log_in", "site_wrong_password"),
}


class CameraCheck:
    """`run` once, then `steps`."""

    def __init__(self, row: VideoDevice, camera: Camera) -> None:
        self._row = row
        self._camera = camera.anew()
        self._address = camera.address
        self._steps: dict[str, tuple[str, str, str]] = {}

    def _note(self, step: str, state: str, cause: str, detail: str = "") -> None:
        self._steps[step] = (state, cause, detail[:_MOST_DETAIL])

    @property
    def steps(self) -> list[dict[str, Any]]:
        """As the service answers."""
        return [
            {"Step": step, "State": state, "Cause": cause, "Detail": detail}
            for step in STEPS
            for state, cause, detail in (self._steps.get(step, ("unknown", "waits", "")),)
        ]

    async def run(self, seconds: float = SECONDS) -> None:
        look: StreamLook | None = None
        try:
            async with asyncio.timeout(seconds):
                look = await self._ask()
                if look is not None:
                    await look.run()
        except CameraFailed as failure:
            step, cause = _FAILURES.get(failure.why, ("stream", f"site_{failure.why}"))
            if step == "log_in":
                self._note("reached", "good", "site_reached", self._place)
            self._note(step, "bad", cause, failure.detail)
        except TimeoutError:
            step = next(step for step in STEPS if step not in self._steps)
            if look is None or not look.described:
                self._note(step, "bad", "site_slow", str(round(seconds)))
        if look is not None and look.described:
            self._judge(look, seconds)

    @property
    def _place(self) -> str:
        return f"{self._address.ip}:{self._address.port}"

    async def _ask(self) -> StreamLook | None:
        """Raises CameraFailed."""
        seen = await self._camera.look()
        self._note("reached", "good", "site_reached", self._place)
        self._note("log_in", "good", "site_log_in")
        off = round(abs(seen.clock_off_ms) / 1000)
        late = abs(seen.clock_off_ms) > _CLOCK_OFF_MS
        self._note("clock", "warn" if late else "good", "site_clock_off" if late else "site_clock", str(off))
        channel = next(
            (each for each in seen.channels if self._row.kind == IPC or each.source == self._row.source), None
        )
        if channel is None or not channel.profiles:
            self._note("profiles", "bad", "site_no_profile")
            return None
        profile = channel.profiles[0]
        self._note("profiles", "good", "site_profile", f"{profile.encoding} {profile.width}×{profile.height}")
        uri = await self._camera.stream_uri(profile.token)
        return StreamLook(uri, self._address.user, self._address.password)

    def _judge(self, look: StreamLook, seconds: float) -> None:
        if "stream" not in self._steps:
            self._note("stream", "good", "site_stream")
        if look.codec in ("H265", "HEVC"):
            self._note("codec", "bad", "site_h265")
        elif look.codec == "H264":
            self._note("codec", "good", "site_codec", look.codec)
        else:
            self._note("codec", "warn", "site_other_codec", look.codec or "?")
        if look.key_s >= 0:
            self._note("picture", "good", "site_picture", f"{look.key_s:.1f}")
        elif self._steps["stream"][0] == "good":
            cause = "site_no_key" if look.packets else "site_no_packets"
            self._note("picture", "bad", cause, str(round(seconds)))
