"""The components that this release of the box brings, each with the version of its own manifest. Spec C §6.

Versions go on from those of the source, so that its floors for a replacement (spec D 5.9) hold as they are printed. A
version changes with the code that it is of, and so comes with a release of the box.
"""

from importlib import resources
from typing import Final

import msgspec

CLUSTER: Final = "edge_cluster"
DEVICE_ACCESS: Final = "device_access"
COLLABORATION: Final = "collaboration"
COLLABORATION_VEHICLE: Final = "collaboration_vehicle"
PASSAGE: Final = "passage"
PASSAGE_VEHICLE: Final = "passage_vehicle"
FACES: Final = "face_recognition"
VIDEO: Final = "video_access"
VIDEO_THREE: Final = "video_access_three"
LOG: Final = "log"
MONITOR: Final = "monitor"
INTERCONNECT: Final = "interconnect"
FILES: Final = "files"
BACKUP: Final = "backup"
SECURITY: Final = "smart_security"
INTERCOM: Final = "site_intercom"


class ComponentManifest(msgspec.Struct, frozen=True):
    code: str
    name: str
    """As the floors of a replacement name it."""
    version: str


def shipped() -> dict[str, ComponentManifest]:
    """By code."""
    data = resources.files("linli.edge").joinpath("components.json").read_bytes()
    return {row.code: row for row in msgspec.json.decode(data, type=list[ComponentManifest])}
