"""Clips that FFmpeg makes and judges: the pictures of tests, and their checksums."""

import shutil
import subprocess
from functools import cache

FFMPEG = shutil.which("ffmpeg")


def ffmpeg(*words: str, data: bytes = b"") -> bytes:
    assert FFMPEG is not None
    done = subprocess.run(
        [FFMPEG, "-hide_banner", "-loglevel", "error", *words], input=data, capture_output=True, check=True
    )
    return done.stdout


@cache
def clip(seconds: int = 2, codec: str = "libx264", gop: int = 25) -> bytes:
    """25 pictures a second of 320 x 240, as a byte stream."""
    form = "h264" if codec == "libx264" else "hevc"
    return ffmpeg(
        *(
            "-f",
            "lavfi",
            "-i",
            f"testsrc2=size=320x240:rate=25:duration={seconds}",
            "-c:v",
            codec,
            "-bf",
            "0",
        ),
        *("-preset", "ultrafast", "-g", str(gop), "-pix_fmt", "yuv420p", "-f", form, "-"),
    )


def checksums(form: str, data: bytes) -> list[str]:
    """Of each decoded picture, as FFmpeg sees it."""
    lines = ffmpeg("-f", form, "-i", "-", "-f", "framemd5", "-", data=data).decode().splitlines()
    return [line.rpartition(",")[2].strip() for line in lines if not line.startswith("#")]
