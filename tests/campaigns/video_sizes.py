"""How large the video campaign is, and how that is asked for."""

import argparse
from dataclasses import dataclass


@dataclass
class Sizes:
    cameras: int
    subs: int
    """So many are recorded by their small stream, `mains` others by their large one."""
    mains: int
    players: int
    seconds: float
    """Of quiet before the first trouble, and between two."""
    keepalive_s: float
    cut_s: float
    times: int
    """How often each trouble comes."""
    within_s: float
    """All must be back within so long; 0: within two keepalives."""
    large: bool
    """1080p of 4 Mbit/s and 512 kbit/s; else small pictures."""
    disk_mb: int = 64
    judged: bool = True
    """Whether files, pictures and gaps are looked at in the end."""
    decoded: int = 0
    """So many files at most are played by a decoder; 0: all."""

    @property
    def recorded(self) -> int:
        return self.subs + self.mains


def parsed(about: str | None, arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="linli soak video", description=about)
    parser.add_argument("--cameras", type=int, default=1_000)
    parser.add_argument("--subs", type=int, default=256, help="recorded by their small stream")
    parser.add_argument("--mains", type=int, default=64, help="recorded by their large stream")
    parser.add_argument("--players", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0, help="of quiet around each trouble")
    parser.add_argument("--keepalive", type=float, default=60.0)
    parser.add_argument("--cut", type=float, default=20.0, help="seconds for which lines are cut")
    parser.add_argument("--times", type=int, default=1, help="how often each trouble comes")
    parser.add_argument("--within", type=float, default=0.0, help="seconds; 0: two keepalives")
    parser.add_argument("--small", action="store_true", help="small pictures")
    parser.add_argument("--disk-mb", type=int, default=16_384)
    parser.add_argument("--decoded", type=int, default=0, help="play so many files at most; 0: all")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def sizes_of(words: argparse.Namespace) -> Sizes:
    return Sizes(
        words.cameras, words.subs, words.mains, words.players, words.seconds, words.keepalive, words.cut,
        words.times, words.within, not words.small, words.disk_mb,
        decoded=words.decoded,
    )  # fmt: skip
