"""A film with boxes of its picture filled: decoded and encoded anew by FFmpeg, a program apart. Blocks: for threads."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from threading import Thread
from typing import Final

from linli.media.stills import Box, filled

_PIECE: Final = 1 << 16


class NotMasked(Exception):
    """FFmpeg is not there, or made no whole film: what was sent so far must not pass for one."""


def served() -> bool:
    """Whether films can be masked here."""
    return shutil.which("ffmpeg") is not None


class Masked:
    """Iterate once. It lies nowhere in between; who stops reading stops FFmpeg too."""

    def __init__(self, film: Iterable[bytes], boxes: list[Box]) -> None:
        self._film = film
        self._boxes = boxes

    def __iter__(self) -> Iterator[bytes]:
        """Raises NotMasked."""
        program = shutil.which("ffmpeg")
        if program is None or not self._boxes:
            raise NotMasked
        nice = ("nice", "-n", "10") if shutil.which("nice") else ()
        process = subprocess.Popen(
            [*nice, program, "-nostdin", "-v", "error", "-protocol_whitelist", "pipe", "-f", "mp4", "-i", "pipe:0",
             "-vf", filled(self._boxes), "-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-threads", "1",
             "-pix_fmt", "yuv420p", "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", "pipe:1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
            env={name: os.environ[name] for name in ("PATH",) if name in os.environ},
        )  # fmt: skip
        feeder = Thread(target=self._feed, args=(process,), name="film to be masked", daemon=True)
        feeder.start()
        assert process.stdout is not None
        count = 0
        try:
            while data := process.stdout.read(_PIECE):
                count += len(data)
                yield data
            if process.wait() or not count or self._failed:
                raise NotMasked
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdout.close()
            feeder.join()

    _failed = False

    def _feed(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        try:
            for piece in self._film:
                process.stdin.write(piece)
        except BrokenPipeError:
            pass  # its end says why
        except OSError:
            self._failed = True  # a file went meanwhile
        finally:
            with contextlib.suppress(OSError):
                process.stdin.close()
