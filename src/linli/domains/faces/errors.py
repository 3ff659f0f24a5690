"""Errors of faces. Body codes as of the gateway's other failures of this kind."""

from typing import ClassVar

from linli.kernel.errors import BadInput, Unavailable
from linli.vision import looks
from linli.vision.looks import Look


class FacesOff(Unavailable):
    """There are no models here: an operator has to fetch them (`linli models`)."""

    code = "faces.off"
    api_code: ClassVar[int | str | None] = 20004


class FacesBusy(Unavailable):
    """Too many pictures wait, or recognition took too long. Trying again helps."""

    code = "faces.busy"
    api_code: ClassVar[int | str | None] = 20004


class NoHints(Unavailable):
    """There are no models here: a picture is accepted without a check."""

    code = "faces.no_hints"


class FaceRefused(BadInput):
    """The picture is not good enough. `facts["reasons"]`: all of REASONS that apply; the text names the first."""

    code = "faces.refused"

    def __init__(self, *, field: str, rule: str, reasons: list[str]) -> None:
        super().__init__(field=field, rule=rule, reasons=reasons)


def refusal(look: Look, *, field: str) -> FaceRefused | None:
    """The error for a picture that is not good enough; None for a good one."""
    if look.good:
        return None
    reason = look.reasons[0]
    rule = f"face_{reason}"
    face = look.face
    if reason == looks.COUNT:
        rule = "face_many" if look.faces else "face_none"
    elif reason == looks.SIZE and face is not None and looks.inside(face, look.width, look.height) < 0.92:
        rule = "face_cut"
    elif reason == looks.LIGHT and face is not None:
        rule = "face_dark" if face.brightness < 128 else "face_bright"
    return FaceRefused(field=field, rule=rule, reasons=list(look.reasons))
