"""Refusals of the video component, and what keeps a camera from being reached; texts follow the reader."""

from typing import Any

from linli.kernel import i18n
from linli.kernel.errors import Conflict, Unavailable


class VideoRefused(Conflict):
    """`why` names the text `edge.video.<why>`."""

    code = "edge.video_refused"

    def __init__(self, why: str, **facts: Any) -> None:
        super().__init__(why=why, **facts)

    def text(self, language: str = i18n.DEFAULT) -> str:
        facts = {name: value for name, value in self.facts.items() if name != "why"}
        return reason(str(self.facts["why"]), language, **facts)


class CameraFailed(Unavailable):
    """A camera that was asked and gave nothing. `why`: unreachable, wrong_password, not_onvif, no_channels."""

    code = "edge.camera_failed"

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why=why, detail=detail)
        self.why, self.detail = why, detail

    def text(self, language: str = i18n.DEFAULT) -> str:
        return reason(self.why, language, detail=self.detail)


def reason(why: str, language: str, **facts: Any) -> str:
    """A cause with the next step, in words."""
    return i18n.text(f"edge.video.{why}", language, **facts)
