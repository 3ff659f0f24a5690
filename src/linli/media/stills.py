"""One key picture of H.264 as JPEG: by FFmpeg, a program apart, with bounds."""

import asyncio
import contextlib
import os
import shutil
from typing import Final

TIMEOUT_S: Final = 20.0
_MOST: Final = 8 * 1024 * 1024
_AT_ONCE: Final = 2
_places: Final = asyncio.Semaphore(_AT_ONCE)


class NoStill(Exception):
    """None can be made of this."""


async def jpeg(stream: bytes, *, width: int = 0) -> bytes:
    """`stream`: parameter sets and a key picture with start codes. `width`: 0: as it is. Raises NoStill."""
    program = shutil.which("ffmpeg")
    if program is None or len(stream) > _MOST:
        raise NoStill
    scale = ("-vf", f"scale={width}:-2") if width else ()
    async with _places:
        process = await asyncio.create_subprocess_exec(
            program, "-nostdin", "-v", "error", "-protocol_whitelist", "pipe", "-threads", "1", "-f", "h264",
            "-i", "pipe:0", "-frames:v", "1", *scale, "-pix_fmt", "yuvj420p", "-f", "mjpeg", "pipe:1",
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
