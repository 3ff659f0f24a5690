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


@cache
def paced_clip(width: int, height: int, kbit: int, seconds: int = 4, gop: int = 50) -> bytes:
    """25 pictures a second of that size at a steady rate of bits, as a byte stream."""
    source = f"testsrc2=size={width}x{height}:rate=25:duration={seconds}"
    rate = ("-b:v", f"{kbit}k", "-minrate", f"{kbit}k", "-maxrate", f"{kbit}k", "-bufsize", f"{kbit // 2}k")
    form = ("-bf", "0", "-preset", "ultrafast", "-g", str(gop), "-keyint_min", str(gop), "-sc_threshold", "0")
    return ffmpeg(
        "-f", "lavfi", "-i", source, "-c:v", "libx264", "-x264-params", "nal-hrd=cbr", *rate, *form,
        "-pix_fmt", "yuv420p", "-f", "h264", "-",
    )  # fmt: skip
