"""The kind of desired rows of faces, and their content."""

import msgspec

from linli.domains.access.times import write_time
from linli.domains.faces.rows import Image

FACE = "door.face"
"""Kind of desired rows. The credential is the faceId, which is also the person id on the device."""
SOURCE = "face"
"""Grants by `permission/add`; those of groups are `group:<id>`, those of pass scopes `scope`."""


class FaceBody(msgspec.Struct, frozen=True):
    """Content of a grant: the device's data beside the window."""

    key: str
    """Key of the picture in the object store."""
    md5: str
    size: int
    at_ms: int
    """Time of this version; devices order by it."""
    name: str = ""
    extra: str = ""
    policy: str = "PERMISSION"
    groups: tuple[str, ...] = ()


def body_of(image: Image, zone: str, groups: tuple[str, ...] = ()) -> str:
    """The content of a grant for a picture."""
    body = FaceBody(
        key=image.object_key,
        md5=image.md5,
        size=image.size,
        at_ms=image.changed_ms,
        name=image.user_name,
        extra=extra_of(image, zone),
        policy=image.policy,
        groups=groups,
    )
    return msgspec.json.encode(body).decode()


def extra_of(image: Image, zone: str) -> str:
    """faceExtInfo as devices get it: an object gains `userName` and `expire`, anything else goes as it is (E C1)."""
    try:
        extra = msgspec.json.decode(image.face_ext) if image.face_ext else {}
    except msgspec.DecodeError:
        return image.face_ext
    if not isinstance(extra, dict):
        return image.face_ext
    if image.user_name:
        extra["userName"] = image.user_name
    if image.expires_ms is not None:
        extra["expire"] = write_time(image.expires_ms, zone)
    return msgspec.json.encode(extra).decode() if extra else ""
