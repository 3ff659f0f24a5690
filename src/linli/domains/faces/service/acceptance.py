"""Checks of a face picture before it is saved. Source: spec B 3.6 A021, §7."""

from linli.domains.communities import image_header
from linli.domains.communities.service import uploads
from linli.domains.faces.errors import FaceRefused
from linli.domains.faces.service.inspection import good_look
from linli.kernel.errors import BadInput
from linli.vision.engine import Engine
from linli.vision.looks import SIZE, Look, head_share

SHARE_MIN = 0.25
"""Least share of the picture that the head takes up."""


async def check(engine: Engine, picture: bytes, *, field: str) -> Look:
    """The look at a good picture. Raises BadInput naming `field` with the first rule that it breaks: jpg, bytes,
    pixels, one face, its size, pose, sharpness, light, its share of the picture; FacesOff, FacesBusy.
    """
    header = image_header.read(picture)
    if header is None or header.suffix != "jpg":
        raise BadInput(field=field, rule="jpg")
    if not uploads.FACE_BYTES_MIN <= len(picture) <= uploads.FACE_BYTES_MAX:
        raise BadInput(field=field, rule="face_bytes", low="10 KB", high="1 MB")
    if max(header.width, header.height) > uploads.FACE_SIDE:
        raise BadInput(field=field, rule="face_side", limit=uploads.FACE_SIDE)
    seen = await good_look(engine, picture, field=field)
    assert seen.face is not None  # a good look has one
    if head_share(seen.face, seen.width, seen.height) <= SHARE_MIN:
        raise FaceRefused(field=field, rule="face_share", reasons=[SIZE])
    return seen
