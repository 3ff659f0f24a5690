"""Look at a picture, and translate failures of the engine into errors of this room."""

from collections.abc import Awaitable

from linli.domains.faces.errors import FacesBusy, FacesOff, refusal
from linli.kernel.errors import BadInput
from linli.vision.engine import Busy, Engine, EngineError, NoPicture, Off, TooSlow
from linli.vision.looks import Look, Use

BYTES_MAX = 4 * 1024 * 1024
"""Most bytes of a picture for the engine. The specification's limits are stricter."""


async def look(engine: Engine, picture: bytes, *, field: str, use: Use = "enrol", embed: bool = True) -> Look:
    """The result of inspecting a picture, good or not. Raises BadInput naming `field` if it is no picture, FacesOff,
    FacesBusy."""
    if len(picture) > BYTES_MAX:
        raise BadInput(field=field, rule="picture_pixels")
    return await translate_failure(engine.look(picture, use=use, embed=embed), field=field)


async def good_look(engine: Engine, picture: bytes, *, field: str, use: Use = "enrol") -> Look:
    """`look`, which also raises FaceRefused with the reasons if the picture is not good enough for its use."""
    seen = await look(engine, picture, field=field, use=use)
    if refused := refusal(seen, field=field):
        raise refused
    return seen


async def translate_failure[R](asked: Awaitable[R], *, field: str) -> R:
    """The engine's answer. Raises its failures as errors of this room."""
    try:
        return await asked
    except NoPicture as error:
        raise BadInput(field=field, rule=f"picture_{error.rule}") from error
    except Off as error:
        raise FacesOff(why=str(error)) from error
    except (Busy, TooSlow, EngineError) as error:
        raise FacesBusy(why=str(error)) from error
