"""One key picture of H.264 as JPEG, or small and grey: by FFmpeg, a program apart, with bounds."""

import asyncio
import contextlib
import os
import shutil
from typing import Final

TIMEOUT_S: Final = 20.0
GREY_WIDTH: Final = 160
GREY_HEIGHT: Final = 90
_MOST: Final = 8 * 1024 * 1024
_AT_ONCE: Final = 2
_places: Final = asyncio.Semaphore(_AT_ONCE)


class NoStill(Exception):
    """None can be made of this."""


async def jpeg(stream: bytes, *, width: int = 0) -> bytes:
    """`stream`: parameter sets and a key picture with start codes. `width`: 0: as it is. Raises NoStill."""
    scale = ("-vf", f"scale={width}:-2") if width else ()
    return await _decoded(stream, *scale, "-pix_fmt", "yuvj420p", "-f", "mjpeg")


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


async def _decoded(stream: bytes, *output: str) -> bytes:
    program = shutil.which("ffmpeg")
    if program is None or len(stream) > _MOST:
        raise NoStill
    async with _places:
        process = await asyncio.create_subprocess_exec(
            program, "-nostdin", "-v", "error", "-protocol_whitelist", "pipe", "-threads", "1", "-f", "h264",
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
