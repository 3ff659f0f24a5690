"""What the video campaign says of what is left: files against the index, pictures against the cameras', gaps' causes."""

import itertools
import subprocess
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from linli.media.recorder.files import contents
from tests.clips import checksums

NEAR_MS: Final = 1_500
SLACK_MS: Final = 3_000
TOGETHER: Final = 2
"""Decoders."""
_AWAY: Final = ("interrupted", "video.")
CAUSES: Final = {
    "child": _AWAY, "cut": _AWAY, "move": _AWAY, "kill": ("restarted", *_AWAY), "disk": ("disk_full", "erased"),
}  # fmt: skip
"""Of gaps that come of a trouble: the codes, or how they begin."""


@dataclass
class Trouble:
    """`cameras`: those that it touches; empty: all."""

    what: str
    start_ms: int
    end_ms: int = 0
    back_s: float = 0.0
    cameras: set[int] = field(default_factory=set)

    def touches(self, camera: int, begin_ms: int, end_ms: int) -> bool:
        near = begin_ms < self.end_ms + SLACK_MS and end_ms > self.start_ms - SLACK_MS
        return near and (not self.cameras or camera in self.cameras)


class Verdict:
    """`lossy`: cameras of which packets are lost, so that pictures are missing up to the next key picture."""

    def __init__(
        self, folder: Path, clips: Iterable[Path], *, lossy: Iterable[int], decoded: int, late_ms: int
    ) -> None:
        """`decoded`: so many files at most are played by a decoder; 0: all. `late_ms`: the most that the simulated
        cameras were behind; what they sent late at once lasts longer than it took, and what they left out is a jump."""
        self._folder, self._lossy, self._decoded = folder, frozenset(lossy), decoded
        self._late_ms = late_ms
        self._sent = {
            checksum for clip in clips for checksum in checksums("h264", clip.read_bytes())
        }  # fmt: skip
        self.wrong: list[str] = []

    def of_recordings(self, rows: list[dict[str, Any]], troubles: list[Trouble]) -> dict[str, Any]:
        """`rows`: the timeline of each recorded camera, in their order."""
        files = {path.stem: path for path in self._folder.glob("*/*.mp4")}
        listed = {file["id"]: file for row in rows for file in row["files"]}
        self.wrong += [f"file {name} is in no index" for name in files.keys() - listed.keys()]
        self.wrong += [f"the index has {name}, and there is no file" for name in listed.keys() - files.keys()]
        lost_ms = Counter[str]()
        both = sorted(listed.keys() & files.keys())
        for name in both:
            self._file(files[name], listed[name])
        step = -(-len(both) // self._decoded) if self._decoded else 1
        with ThreadPoolExecutor(TOGETHER) as threads:
            pictures = sum(threads.map(lambda name: self._plays(files[name]), both[::step]))
        for camera, row in enumerate(rows):
            self._gaps(camera, row, troubles, lost_ms)
        spans = [row["files"][-1]["endMs"] - row["files"][0]["beginMs"] for row in rows if row["files"]]
        return {
            "files": len(files), "decoded": len(both[::step]),
            "mib": sum(path.stat().st_size for path in files.values()) >> 20,
            "pictures": pictures, "recorded_s": round(sum(spans) / 1000),
            "lost_s": {cause: round(ms / 1000, 1) for cause, ms in sorted(lost_ms.items())},
        }  # fmt: skip

    def _file(self, path: Path, row: dict[str, Any]) -> None:
        size = path.stat().st_size
        there = contents(path)
        if not size == there.size == row["bytes"]:
            self.wrong.append(f"{path.name}: {size} bytes, {there.size} whole, {row['bytes']} in the index")
        lasts_ms = row["endMs"] - row["beginMs"]
        if abs(lasts_ms - there.duration // 90) > NEAR_MS + self._late_ms:
            self.wrong.append(f"{path.name}: {there.duration // 90} ms long, {lasts_ms} in the index")
        for before, after in itertools.pairwise(there.extents):
            if (
                before.duration > 3 * 90_000 + self._late_ms * 90
                or after.start != before.start + before.duration
            ):
                self.wrong.append(
                    f"{path.name}: a fragment of {before.duration // 90} ms, or a jump behind it"
                )
                break

    def _plays(self, path: Path) -> int:
        """How many pictures a decoder makes of it, without a word, each of them one that cameras sent."""
        line = ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "framemd5", "-"]
        done = subprocess.run(line, capture_output=True, text=True)
        if done.returncode or done.stderr:
            self.wrong.append(f"{path.name} does not play: {done.stderr[:200]}")
        sums = [row.rpartition(",")[2].strip() for row in done.stdout.splitlines() if not row.startswith("#")]
        if strange := sum(each not in self._sent for each in sums):
            self.wrong.append(f"{path.name}: {strange} of {len(sums)} pictures are none of a camera's")
        return len(sums)

    def _gaps(self, camera: int, row: dict[str, Any], troubles: list[Trouble], lost_ms: Counter[str]) -> None:
        if not row["files"]:
            self.wrong.append(f"of camera {camera} there is nothing")
            return
        first, last = row["files"][0]["beginMs"], row["files"][-1]["endMs"]
        for before, after in itertools.pairwise(row["files"]):
            if after["beginMs"] < before["endMs"]:
                self.wrong.append(f"camera {camera}: file {after['id']} begins before the one before it ends")
        for hole in row["holes"]:
            begin, end, cause = hole["beginMs"], hole["endMs"], hole["cause"]
            if end <= first or begin >= last:
                continue
            near = [trouble for trouble in troubles if trouble.touches(camera, begin, end)]
            fits = any(cause.startswith(CAUSES[trouble.what]) for trouble in near)
            lost = camera in self._lossy and cause == "interrupted"
            known = " by lost packets" if lost else "" if fits else " without a trouble"
            lost_ms[f"{cause}{known}"] += end - begin
            if near and not fits and not lost:
                whats = {trouble.what for trouble in near}
                self.wrong.append(f"camera {camera}: a gap of {end - begin} ms by {cause} around {whats}")

    def of_sessions(self, folder: Path) -> dict[str, int]:
        """What players got, as far as they kept it."""
        paths = [path for path in folder.glob("*-*.mp4") if path.stat().st_size > 10_000]
        with ThreadPoolExecutor(TOGETHER) as threads:
            return {"kept_sessions": len(paths), "kept_pictures": sum(threads.map(self._plays, paths))}
