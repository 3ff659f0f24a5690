"""Turning and zooming: what is asked, and what a camera answers. ONVIF PTZ Service Specification 22.06.

A node is what moves; a profile has one where its picture can be steered. Speeds and ways are -1 to 1 in the generic
spaces, which every node has whose answer names them.
"""

from dataclasses import dataclass
from typing import Final

from linli.protocols.onvif.soap import PTZ, escaped, request
from linli.protocols.onvif.tree import Node
from linli.protocols.steering import PRESETS_MOST, Move

_NAME: Final = 64
_RELATIVE: Final = "/TranslationGenericSpace"


@dataclass(frozen=True, slots=True)
class PtzNode:
    token: str
    turns: bool
    zooms: bool
    turns_by_steps: bool
    zooms_by_steps: bool
    presets: int
    """How many it keeps at most."""
    home: bool


@dataclass(frozen=True, slots=True)
class Preset:
    token: str
    name: str


def nodes(answer: Node) -> dict[str, PtzNode]:
    """Of GetNodes, by token."""
    rows = {}
    for each in answer.all("PTZNode")[:64]:
        spaces = {node.name for part in each.all("SupportedPTZSpaces") for node in part.children}
        exact = {
            node.name
            for part in each.all("SupportedPTZSpaces")
            for node in part.children
            if node.words("URI").endswith(_RELATIVE)
        }
        most = each.words("MaximumNumberOfPresets")
        token = each.attributes.get("token", "")[:128]
        rows[token] = PtzNode(
            token=token,
            turns="ContinuousPanTiltVelocitySpace" in spaces,
            zooms="ContinuousZoomVelocitySpace" in spaces,
            turns_by_steps="RelativePanTiltTranslationSpace" in exact,
            zooms_by_steps="RelativeZoomTranslationSpace" in exact,
            presets=min(PRESETS_MOST, int(most))
            if most.isascii() and most.isdigit() and len(most) < 6
            else 0,
            home=each.words("HomeSupported") == "true",
        )
    return rows


def presets(answer: Node) -> list[Preset]:
    """Of GetPresets."""
    rows = [
        Preset(each.attributes.get("token", "")[:128], " ".join(each.words("Name").split())[:_NAME])
        for each in answer.all("Preset")[:PRESETS_MOST]
    ]
    return [row for row in rows if row.token]


def preset_token(answer: Node) -> str:
    """Of SetPreset."""
    return answer.words("PresetToken")[:128]


def continuous_move(profile: str, move: Move, speed: float, seconds: float) -> str:
    """It moves until it is stopped, and by its own clock no longer than `seconds`."""
    velocity = _vector("Velocity", move, speed)
    return request(
        PTZ, "ContinuousMove", f"{_profile(profile)}{velocity}<tptz:Timeout>PT{seconds:g}S</tptz:Timeout>"
    )


def relative_move(profile: str, move: Move, way: float) -> str:
    return request(PTZ, "RelativeMove", _profile(profile) + _vector("Translation", move, way))


def stop(profile: str) -> str:
    both = "<tptz:PanTilt>true</tptz:PanTilt><tptz:Zoom>true</tptz:Zoom>"
    return request(PTZ, "Stop", _profile(profile) + both)


def get_presets(profile: str) -> str:
    return request(PTZ, "GetPresets", _profile(profile))


def set_preset(profile: str, name: str, token: str = "") -> str:
    """A new one, or in the place of that of `token`."""
    name_of = f"<tptz:PresetName>{escaped(name)}</tptz:PresetName>" if name else ""
    return request(PTZ, "SetPreset", _profile(profile) + name_of + (_preset(token) if token else ""))


def remove_preset(profile: str, token: str) -> str:
    return request(PTZ, "RemovePreset", _profile(profile) + _preset(token))


def go_to_preset(profile: str, token: str) -> str:
    return request(PTZ, "GotoPreset", _profile(profile) + _preset(token))


def go_home(profile: str) -> str:
    return request(PTZ, "GotoHomePosition", _profile(profile))


def _profile(token: str) -> str:
    return f"<tptz:ProfileToken>{escaped(token)}</tptz:ProfileToken>"


def _preset(token: str) -> str:
    return f"<tptz:PresetToken>{escaped(token)}</tptz:PresetToken>"


def _vector(name: str, move: Move, size: float) -> str:
    """Only what moves stands in it: some cameras stop their zoom for a zoom of 0."""
    parts = ""
    if move.across or move.up:
        parts += f'<tt:PanTilt x="{move.across * size:g}" y="{move.up * size:g}"/>'
    if move.zoom:
        parts += f'<tt:Zoom x="{move.zoom * size:g}"/>'
    return f"<tptz:{name}>{parts}</tptz:{name}>"
