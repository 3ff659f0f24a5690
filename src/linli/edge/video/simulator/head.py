"""What turns and zooms a simulated camera: its place, presets, and moves that end by themselves."""

from dataclasses import dataclass, field
from typing import Final

from linli.protocols.onvif import Node, escaped

_GENERIC: Final = "http://www.onvif.org/ver10/tptz/"
_SPEED: Final = 0.2
"""Of a whole way from -1 to 1, a second at full speed."""
PRESETS_MOST: Final = 16

type Place = tuple[float, float, float]


class HeadRefused(Exception):
    """`code` is the fault's subcode."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass
class SimulatedHead:
    """`now_ms` is given with each question: moves are reckoned, no task runs."""

    place: Place = (0.0, 0.0, 0.0)
    speed: Place = (0.0, 0.0, 0.0)
    until_ms: int = 0
    since_ms: int = 0
    presets: dict[str, tuple[str, Place]] = field(default_factory=dict)
    home: bool = True
    steps: bool = True
    """Knows RelativeMove."""
    deaf_to_stop: bool = False
    """Takes Stop and forgets it: its own time ends the move."""
    moves: list[str] = field(default_factory=list)
    """Operations, in the order in which they came."""

    def moving(self, now_ms: int) -> bool:
        self._go_on(now_ms)
        return any(self.speed)

    def _go_on(self, now_ms: int) -> None:
        end = min(now_ms, self.until_ms)
        seconds = max(0, end - self.since_ms) / 1000
        self.place = _within(
            [at + speed * _SPEED * seconds for at, speed in zip(self.place, self.speed, strict=True)]
        )
        self.since_ms = now_ms
        if now_ms >= self.until_ms:
            self.speed = (0.0, 0.0, 0.0)

    def answer(self, action: Node, now_ms: int) -> str | None:
        """Raises HeadRefused. None: no operation of its."""
        self._go_on(now_ms)
        name = action.name
        match name:
            case "GetNodes":
                return self._nodes()
            case "GetPresets":
                rows = "".join(
                    f'<tptz:Preset token="{token}"><tt:Name>{escaped(name)}</tt:Name></tptz:Preset>'
                    for token, (name, _) in self.presets.items()
                )
                return f"<tptz:GetPresetsResponse>{rows}</tptz:GetPresetsResponse>"
            case "ContinuousMove":
                self.speed = _vector(action, "Velocity")
                seconds = float(action.words("Timeout").removeprefix("PT").removesuffix("S") or 60)
                self.until_ms = now_ms + round(seconds * 1000)
            case "RelativeMove" if self.steps:
                way = _vector(action, "Translation")
                self.place = _within([at + step for at, step in zip(self.place, way, strict=True)])
            case "Stop":
                if not self.deaf_to_stop:
                    self.speed, self.until_ms = (0.0, 0.0, 0.0), now_ms
            case "SetPreset":
                return self._set(action)
            case "RemovePreset":
                self._named(action)
                del self.presets[action.words("PresetToken")]
            case "GotoPreset":
                self.place, self.speed = self._named(action), (0.0, 0.0, 0.0)
            case "GotoHomePosition" if self.home:
                self.place = self.speed = (0.0, 0.0, 0.0)
            case _:
                return None
        self.moves.append(name)
        return f"<tptz:{name}Response/>"

    def _set(self, action: Node) -> str:
        token = action.words("PresetToken")
        if token and token not in self.presets:
            raise HeadRefused("NoToken", "no such preset")
        if not token:
            free = (str(number) for number in range(1, PRESETS_MOST + 1) if str(number) not in self.presets)
            token = next(free, "")
            if not token:
                raise HeadRefused("TooManyPresets", "all presets are taken")
        self.presets[token] = (action.words("PresetName") or f"Preset {token}", self.place)
        self.moves.append("SetPreset")
        return (
            f"<tptz:SetPresetResponse><tptz:PresetToken>{token}</tptz:PresetToken></tptz:SetPresetResponse>"
        )

    def _named(self, action: Node) -> Place:
        preset = self.presets.get(action.words("PresetToken"))
        if preset is None:
            raise HeadRefused("NoToken", "no such preset")
        return preset[1]

    def _nodes(self) -> str:
        velocity = (
            f"<tt:ContinuousPanTiltVelocitySpace><tt:URI>{_GENERIC}PanTiltSpaces/VelocityGenericSpace</tt:URI>"
            f"{_range('X')}{_range('Y')}</tt:ContinuousPanTiltVelocitySpace>"
            f"<tt:ContinuousZoomVelocitySpace><tt:URI>{_GENERIC}ZoomSpaces/VelocityGenericSpace</tt:URI>"
            f"{_range('X')}</tt:ContinuousZoomVelocitySpace>"
        )
        way = (
            f"<tt:RelativePanTiltTranslationSpace><tt:URI>{_GENERIC}PanTiltSpaces/TranslationGenericSpace</tt:URI>"
            f"{_range('X')}{_range('Y')}</tt:RelativePanTiltTranslationSpace>"
            f"<tt:RelativeZoomTranslationSpace><tt:URI>{_GENERIC}ZoomSpaces/TranslationGenericSpace</tt:URI>"
            f"{_range('X')}</tt:RelativeZoomTranslationSpace>"
        )
        return (
            '<tptz:GetNodesResponse><tptz:PTZNode token="Node_1" FixedHomePosition="false"><tt:Name>head</tt:Name>'
            f"<tt:SupportedPTZSpaces>{way if self.steps else ''}{velocity}</tt:SupportedPTZSpaces>"
            f"<tt:MaximumNumberOfPresets>{PRESETS_MOST}</tt:MaximumNumberOfPresets>"
            f"<tt:HomeSupported>{'true' if self.home else 'false'}</tt:HomeSupported>"
            "</tptz:PTZNode></tptz:GetNodesResponse>"
        )


def _range(axis: str) -> str:
    return f"<tt:{axis}Range><tt:Min>-1</tt:Min><tt:Max>1</tt:Max></tt:{axis}Range>"


def _vector(action: Node, name: str) -> Place:
    vector = action.child(name)
    turn, zoom = (vector.child("PanTilt"), vector.child("Zoom")) if vector is not None else (None, None)
    try:
        return (
            float(turn.attributes["x"]) if turn is not None else 0.0,
            float(turn.attributes["y"]) if turn is not None else 0.0,
            float(zoom.attributes["x"]) if zoom is not None else 0.0,
        )
    except (KeyError, ValueError):
        raise HeadRefused("InvalidVelocity", "no number") from None


def _within(values: list[float]) -> Place:
    across, up, zoom = (max(-1.0, min(1.0, value)) for value in values)
    return across, up, max(0.0, zoom)
