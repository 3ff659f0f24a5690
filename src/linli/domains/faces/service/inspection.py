"""Looking at a picture, with the engine's failures told in the platform's words."""

from collections.abc import Awaitable

from linli.domains.faces.errors import FacesBusy, FacesOff, refusal
from linli.kernel.errors import BadInput
from linli.vision.engine import Busy, Engine, EngineError, NoPicture, Off, TooSlow
from linli.vision.looks import Look, Use

BYTES_MAX = 4 * 1024 * 1024
"""A picture larger than this is not given to the engine at all; the spec's limits are stricter."""


async def look(engine: Engine, picture: bytes, *, field: str, use: Use = "enrol", embed: bool = True) -> Look:
    """What a picture shows, good or not. Raises BadInput naming `field` for what is no picture, FacesOff, FacesBusy."""
    if len(picture) > BYTES_MAX:
        raise BadInput(field=field, rule="picture_pixels")
    return await told(engine.look(picture, use=use, embed=embed), field=field)


async def good_look(engine: Engine, picture: bytes, *, field: str, use: Use = "enrol") -> Look:
    """`look`, which also raises FaceRefused with its reasons when the picture does not do for its use."""
    seen = await look(engine, picture, field=field, use=use)
    if refused := refusal(seen, field=field):
        raise refused
    return seen


async def told[R](asked: Awaitable[R], *, field: str) -> R:
    """The answer of the engine, its failures as errors of this room."""
    try:
        return await asked
    except NoPicture as error:
        raise BadInput(field=field, rule=f"picture_{error.rule}") from error
    except Off as error:
        raise FacesOff(why=str(error)) from error
    except (Busy, TooSlow, EngineError) as error:
        raise FacesBusy(why=str(error)) from error
