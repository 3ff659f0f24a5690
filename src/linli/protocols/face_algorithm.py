"""The face algorithm service of a vendor (or ours), which computes vectors of faces for a box. Source: spec G 3.7.

    GET  /                         text, while the service can be used
    POST /match_with_face_detect   form with `photo`: find the face, then its vector
    POST /match                    the same of a photo that is a face crop already

`code` in the body tells how it went; the HTTP status is 200 for all three.
"""

from typing import Final

import msgspec

from linli.protocols.forms import FormError, read_form, write_form

AVAILABLE: Final = "Face Recognition Service"
DETECT, CROP = "/match_with_face_detect", "/match"
OK, BAD_FILE, FAILED = 200, 400, 500
PHOTO_BYTES: Final = 1024 * 1024
BODY_BYTES: Final = PHOTO_BYTES + 16 * 1024


class Vector(msgspec.Struct, frozen=True, kw_only=True):
    """`data` is empty unless `code` is 200."""

    code: int = OK
    message: str = "success"
    data: list[float] = []


def read_photo(content_type: str, body: bytes) -> bytes:
    """Raises FormError."""
    photo = read_form(content_type, body, most=BODY_BYTES).get("photo")
    if not isinstance(photo, bytes) or not photo:
        raise FormError("photo is missing")
    if len(photo) > PHOTO_BYTES:
        raise FormError("photo has more than 1 MB")
    return photo


def write_photo(photo: bytes) -> tuple[str, bytes]:
    return write_form({"photo": photo})


def read_vector(body: bytes) -> Vector:
    """Raises ValueError (msgspec's own) for what is no answer of such a service."""
    try:
        return msgspec.json.decode(body, type=Vector)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"no answer of a face algorithm service: {error}") from None


def write_vector(vector: Vector) -> bytes:
    return msgspec.json.encode(vector)
