"""One key picture of H.264 as JPEG, or small and grey: by FFmpeg, a program apart, with bounds."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

TIMEOUT_S: Final = 20.0
GREY_WIDTH: Final = 160
GREY_HEIGHT: Final = 90
_MOST: Final = 8 * 1024 * 1024
_AT_ONCE: Final = 2
_places: Final = asyncio.Semaphore(_AT_ONCE)


class Box(NamedTuple):
    """A part of a picture, in ten-thousandths of its width and height."""

    left: int
    top: int
    width: int
    height: int


class NoStill(Exception):
    """None can be made of this."""


def filled(boxes: Sequence[Box]) -> str:
    """FFmpeg's filter that fills them with black; one pixel more all around, since colours lie two by two."""
    return ",".join(
        f"drawbox=x=floor(iw*{box.left}/10000)-1:y=floor(ih*{box.top}/10000)-1:w=ceil(iw*{box.width}/10000)+3:"
        f"h=ceil(ih*{box.height}/10000)+3:color=black:t=fill"
        for box in boxes
    )


async def jpeg(
    stream: bytes, *, width: int = 0, hidden: Sequence[Box] = (), form: Literal["h264", "mp4"] = "h264"
) -> bytes:
    """`stream`: parameter sets and a key picture with start codes, or an MP4. `width`: 0: its own. Raises NoStill."""
    steps = [filled(hidden)] if hidden else []
    steps += [f"scale={width}:-2"] if width else []
    graph = ("-vf", ",".join(steps)) if steps else ()
    return await _decoded(stream, *graph, "-pix_fmt", "yuvj420p", "-f", "mjpeg", form=form)


async def masked(image: bytes, hidden: Sequence[Box]) -> bytes:
    """A JPEG with parts filled. Raises NoStill."""
    if not hidden:
        return image
    return await _decoded(image, "-vf", filled(hidden), "-pix_fmt", "yuvj420p", "-f", "mjpeg", form="mjpeg")


async def grey(stream: bytes) -> bytes:
    """Two planes of 160 × 90 bytes: the picture's light, and the fine detail of 640 × 360 there. Raises NoStill."""
    size = f"{GREY_WIDTH}:{GREY_HEIGHT}:flags=area"
    graph = (
        f"format=gray,scale=640:360:flags=area,split[a][b];[a]scale={size}[light];"
        f"[b]convolution=0m='0 1 0 1 -4 1 0 1 0',scale={size}[detail];[light][detail]vstack"
    )
    planes = await _decoded(stream, "-vf", graph, "-pix_fmt", "gray", "-f", "rawvideo")
    if len(planes) != 2 * GREY_WIDTH * GREY_HEIGHT:
        raise NoStill
    return planes


async def _decoded(stream: bytes, *output: str, form: str = "h264") -> bytes:
    program = shutil.which("ffmpeg")
    if program is None or len(stream) > _MOST:
        raise NoStill
    async with _places:
        process = await asyncio.create_subprocess_exec(
            program, "-nostdin", "-v", "error", "-protocol_whitelist", "pipe", "-threads", "1", "-f", form,
            "-i", "pipe:0", "-frames:v", "1", *output, "pipe:1",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in ("PATH",) if name in os.environ}, start_new_session=True,
        )  # fmt: skip
        image = b""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                image, _ = await process.communicate(stream)
        except (TimeoutError, BrokenPipeError):
            pass
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
    if process.returncode or not image:
        raise NoStill
    return image
