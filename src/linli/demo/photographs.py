"""Photographs of faces that packages ship, where somebody fetched them for the tests."""

import io
from typing import Final

from linli.domains.faces.service.pictures import SIDE_MAX
from linli.ops.face_models import pictures_folder

PHOTOGRAPHS: Final = ("astronaut.png", "obama.jpg", "biden.jpg")


def photographs() -> list[tuple[bytes, str]]:
    """Those that are here, no larger than pictures of residents may be: (bytes, suffix)."""
    pictures = []
    for name in PHOTOGRAPHS:
        try:
            content = (pictures_folder() / name).read_bytes()
        except OSError:
            continue
        from PIL import Image  # faces are on: what looks at them is installed

        shown = Image.open(io.BytesIO(content)).convert("RGB")
        shown.thumbnail((SIDE_MAX, SIDE_MAX))
        out = io.BytesIO()
        shown.save(out, "JPEG", quality=90)
        pictures.append((out.getvalue(), "jpg"))
    return pictures
