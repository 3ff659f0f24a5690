"""What was recorded, as browsers play it: by FFmpeg, a program apart, which takes a picture out of it as well.

The picture is not encoded again: H.264 becomes MP4, VP8 becomes WebM.
"""

import asyncio
import contextlib
import os
import shutil
from pathlib import Path
from typing import Final, NamedTuple

MP4, WEBM = "mp4", "webm"
CONTENT_TYPES: Final = {MP4: "video/mp4", WEBM: "video/webm"}
TIMEOUT_S: Final = 60.0
_MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_ERRORS: Final = 500


class NoFilm(Exception):
    """It cannot be made of this; the words are FFmpeg's own."""


class Film(NamedTuple):
    path: Path
    kind: str
    photo: Path | None
    """A JPEG of its first picture; None: it has none."""


def served() -> bool:
    """Whether films can be made here."""
    return shutil.which("ffmpeg") is not None and shutil.which("ffprobe") is not None


async def look_at(source: Path) -> tuple[str, float]:
    """The codec of the picture of a recording, and how many seconds it has; no picture: an empty codec."""
    codec = await _run("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=codec_name",
                       "-of", "csv=p=0", str(source))  # fmt: skip
    times = await _run("ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0",
                       str(source))  # fmt: skip
    seconds = [float(word) for word in times.replace(b",", b" ").split() if word.replace(b".", b"").isdigit()]
    return codec.strip().strip(b",").decode(), max(seconds, default=0.0)


async def make(source: Path, folder: Path, *, codec: str) -> Film:
    """A film for browsers beside a photo, in `folder`. `codec`: `h264`, `vp8`, or empty for sound alone.

    Raises NoFilm.
    """
    kind = WEBM if codec == "vp8" else MP4
    path, photo = folder / f"{source.stem}.{kind}", folder / f"{source.stem}.jpg"
    voice = ("-c:a", "libopus", "-b:a", "24k") if kind == WEBM else ("-c:a", "aac", "-b:a", "32k")
    index = () if kind == WEBM else ("-movflags", "+faststart")
    await _convert("-i", str(source), "-c:v", "copy", *voice, *index, "-fs", str(_MOST_BYTES), str(path))
    if not codec:
        return Film(path, kind, None)
    try:
        await _convert(
            "-i", str(path), "-frames:v", "1", "-vf", "scale=640:-2:out_range=full", "-pix_fmt", "yuvj420p",
            str(photo),
        )  # fmt: skip
    except NoFilm:
        return Film(path, kind, None)
    return Film(path, kind, photo)


async def _convert(*arguments: str) -> None:
    await _run(
        "ffmpeg", "-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file", "-threads", "1", *arguments
    )
    target = Path(arguments[-1])
    if not await asyncio.to_thread(lambda: target.exists() and target.stat().st_size):
        raise NoFilm("nothing could be read")


async def _run(program: str, *arguments: str) -> bytes:
    """What it prints. Raises NoFilm."""
    place = shutil.which(program)
    if place is None:
        raise NoFilm("FFmpeg is not installed")
    nice = ("nice", "-n", "10") if shutil.which("nice") else ()
    process = await asyncio.create_subprocess_exec(
        *nice, place, *arguments,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in ("PATH",) if name in os.environ},  # no secret goes along
        start_new_session=True,
    )  # fmt: skip
    printed, errors = b"", b"it took too long"
    try:
        async with asyncio.timeout(TIMEOUT_S):
            printed, errors = await process.communicate()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise NoFilm(errors[:_MOST_ERRORS].decode(errors="replace").strip())
    return printed
