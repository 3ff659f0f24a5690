"""`linli soak video`: cameras by GB/T 28181 register, are recorded and watched, while what can fail fails.

Cameras and players are processes of their own. Killed with SIGKILL: the child that takes streams in, and the platform;
cut: the lines of some cameras; moved: cameras to another address; full: the disk of the recordings (as root only). After
each all must be back. In the end a decoder plays each file, pictures are those that cameras sent, index and files agree,
and each gap has a cause that fits what failed then.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import httpx
import uvloop

from linli.app.platform import Platform
from linli.domains.video.service import gb28181 as service
from linli.media.recorder.files import contents
from tests.campaigns import disk, video_cameras, video_players
from tests.campaigns.site import PASSWORD, Site, make_site, settings_of
from tests.campaigns.video_helpers import Helper, datagram_port, media_child, memory_mb, processor_s
from tests.campaigns.video_sizes import Sizes, parsed, sizes_of
from tests.campaigns.video_verdict import Trouble, Verdict
from tests.clips import paced_clip
from tests.real.platform import Installation

BACK_S: Final = 60.0
"""Beyond this a part is not waited for."""
MANY: Final = 16
"""So many questions to the platform at once."""
MOST_GROWN: Final = 1.3
SLACK_MB: Final = 48
PIECE: Final = 64 * 1024
LOSSY: Final = [0]
"""Cameras of which one packet in a hundred is lost."""
TROUBLES: Final = ("child", "cut", "move", "kill", "disk")


class Campaign:
    def __init__(self, folder: Path, sizes: Sizes, *, before: tuple[str, ...] = ()) -> None:
        """`before`: words before the platform's command."""
        self._folder, self._sizes = folder, sizes
        self._port = datagram_port()
        self._recordings = folder / "recordings"
        self.installation = Installation(folder / "data", more={
            "LINLI_GB28181_ENABLED": "true", "LINLI_GB28181_HOST": "127.0.0.1",
            "LINLI_GB28181_PORT": str(self._port), "LINLI_VIDEO_RECORDINGS_FOLDER": str(self._recordings),
            "LINLI_VIDEO_RECORDINGS_RESERVE_MB": "0",
        }, before=before)  # fmt: skip
        self._cameras, self._players = (
            Helper("tests.campaigns.video_cameras"),
            Helper("tests.campaigns.video_players"),
        )
        self._paths: list[str] = []
        self.troubles: list[Trouble] = []
        self.wrong: list[str] = []
        self._memory: list[tuple[int, int]] = []
        self._steady: dict[str, float] = {}
        self._clips: list[Path] = []

    async def run(self) -> dict[str, Any]:
        self._make_clips()
        site = await make_site(self.installation)
        await self._make_cameras(site)
        await asyncio.to_thread(self.installation.start)
        try:
            async with httpx.AsyncClient(
                base_url=f"{self.installation.url}/api/console", headers={"x-linli-request": "1"},
                trust_env=False, timeout=30,
            ) as desk:  # fmt: skip
                self._desk, self._at = desk, f"/communities/{site.community_id}/cameras"
                await self._sign_in(site)
                registered = await self._begin()
                await self._quiet(measured=True)
                for _ in range(self._sizes.times):
                    for what in TROUBLES:
                        await self._trouble(what)
                rows = await self._end()
        finally:
            await self._players.stop()
            await self._cameras.stop()
            await asyncio.to_thread(self.installation.stop)
        self.wrong += self._players.told.get("wrong", [])[:10]
        self._look_at_memory()
        told: dict[str, Any] = {
            "cameras": self._sizes.cameras, "recorded": self._sizes.recorded, "registered_s": registered,
            **self._steady, "memory_mib": self._memory_figures(),
            "back_s": [f"{trouble.what} {trouble.back_s:.1f}" for trouble in self.troubles],
            "cameras_told": self._cameras.told,
            "players": {**self._players.told, "first_ms": _median(self._players.told["first_ms"])},
            "wrong": self.wrong,
        }  # fmt: skip
        if self._sizes.judged:
            verdict = Verdict(
                self._recordings / str(site.community_id),
                self._clips,
                lossy=LOSSY,
                decoded=self._sizes.decoded,
                late_ms=round(self._cameras.told["late_s"] * 1000),
            )
            told |= await asyncio.to_thread(verdict.of_recordings, rows, self.troubles)
            told["players"] |= await asyncio.to_thread(verdict.of_sessions, self._folder)
            self.wrong += verdict.wrong
        return told

    # ------------------------------------------------------------ before

    def _make_clips(self) -> None:
        shapes = (
            ((1920, 1080, 4_000), (640, 360, 512))
            if self._sizes.large
            else ((320, 240, 256), (176, 144, 128))
        )
        for name, (width, height, kbit) in zip(("main", "sub"), shapes, strict=True):
            path = self._folder / f"{name}.h264"
            path.write_bytes(paced_clip(width, height, kbit, gop=25))
            self._clips.append(path)

    async def _make_cameras(self, site: Site) -> None:
        platform = await Platform.open(settings_of(self.installation))
        try:
            async with platform.db.begin() as tx:
                for number in range(self._sizes.cameras):
                    new = service.NewDevice(video_cameras.gb_id(number), "", video_cameras.PASSWORD, "udp")
                    await service.add_device(
                        site.owner, tx, community_id=site.community_id, new=new, ids=platform.ids,
                        secrets=platform.secrets, now_ms=platform.clock.now_ms(),
                    )  # fmt: skip
        finally:
            await platform.db.close()

    async def _sign_in(self, site: Site) -> None:
        came = await self._desk.post("/session", json={"login": site.login, "password": PASSWORD})
        assert came.status_code == 200, came.text

    async def _begin(self) -> float:
        """All cameras are listed, those that are to be are recorded and watched; in how many seconds they were listed."""
        sizes, began = self._sizes, time.monotonic()
        main, sub = map(str, self._clips)
        await self._cameras.start(
            video_cameras.Orders(self._port, sizes.cameras, LOSSY, sizes.keepalive_s, main, sub)
        )
        await self._until("each camera is listed", self._listed)
        registered = round(time.monotonic() - began, 1)
        forms = [{"mode": "plan", "sub": number < sizes.subs} for number in range(sizes.recorded)]
        answers = await self._each(
            [
                self._desk.put(f"{path}/recording", json=form)
                for path, form in zip(self._recorded, forms, strict=True)
            ]
        )
        assert all(answer.status_code == 204 for answer in answers), answers
        watched = [
            self._paths[number * 7 % len(self._paths) if number % 2 else number // 2 % sizes.recorded]
            for number in range(sizes.players)
        ]
        await self._players.start(video_players.Orders(
            self.installation.url, {"x-linli-request": "1"}, dict(self._desk.cookies),
            watched, sub=True, keep=8, folder=str(self._folder),
        ))  # fmt: skip
        self._before = [0] * sizes.recorded
        await self._until("all is recorded and watched", self._well)
        return registered

    async def _listed(self) -> bool:
        rows: list[dict[str, Any]] = []
        while True:
            page = {"pageNo": len(rows) // 100 + 1, "pageSize": 100}
            data = (await self._desk.get(self._at, params=page)).json()["data"]
            rows += data
            if len(data) < 100:
                break
        numbers = {int(row["name"].split()[1]): f"{self._at}/{row['id']}" for row in rows}
        self._paths = [numbers[number] for number in sorted(numbers)]
        return len(numbers) == self._sizes.cameras

    @property
    def _recorded(self) -> list[str]:
        return self._paths[: self._sizes.recorded]

    async def _each(self, questions: list[Any]) -> list[httpx.Response]:
        turn = asyncio.Semaphore(MANY)

        async def one(question: Any) -> httpx.Response:
            async with turn:
                answer: httpx.Response = await question
                return answer

        return list(await asyncio.gather(*map(one, questions)))

    async def _states(self) -> list[dict[str, Any]]:
        answers = await self._each([self._desk.get(f"{path}/recording") for path in self._recorded])
        return [answer.json() for answer in answers]

    async def _well(self) -> bool:
        """Each camera is there, and of each that is recorded there is more than before; each player sees."""
        cameras, players = await self._cameras.say("say"), await self._players.say("say")
        if cameras["away"] or players["waiting"]:
            return False
        states = await self._states()
        return all(
            state["state"] == "recording" and state["bytes"] > before
            for state, before in zip(states, self._before, strict=True)
        )

    async def _until(self, what: str, true: Any) -> float:
        began = time.monotonic()
        while not await true():
            if time.monotonic() - began > BACK_S:
                causes = sorted({state["cause"] or state["state"] for state in await self._states()})
                raise AssertionError(
                    f"not in {BACK_S:.0f} s: {what}; {causes}; {self._cameras.told}; {self._players.told}; "
                    f"{self.installation.log()}"
                )
            await asyncio.sleep(0.2)
        return time.monotonic() - began

    # ------------------------------------------------------------ quiet and trouble

    @property
    def _pid(self) -> int:
        assert self.installation.process is not None
        return self.installation.process.pid

    async def _quiet(self, *, measured: bool = False) -> None:
        child = media_child(self._pid) or 0
        began, used = time.monotonic(), (processor_s(self._pid), processor_s(child))
        await asyncio.sleep(self._sizes.seconds)
        if measured:
            took = time.monotonic() - began
            self._steady = {
                "platform_cores": round((processor_s(self._pid) - used[0]) / took, 3),
                "media_cores": round((processor_s(child) - used[1]) / took, 3),
            }
        self._memory.append((memory_mb(self._pid), memory_mb(child)))

    def _look_at_memory(self) -> None:
        for which, figures in self._memory_figures().items():
            if max(figures) > MOST_GROWN * min(figures) + SLACK_MB:
                self.wrong.append(f"memory of {which}: {figures} MiB")

    def _memory_figures(self) -> dict[str, list[int]]:
        """Resident, after each quiet time."""
        return {"platform": [each for each, _ in self._memory], "media": [each for _, each in self._memory]}

    async def _trouble(self, what: str) -> None:
        if what == "disk" and disk.missing():
            return
        trouble = Trouble(what, _now_ms())
        self.troubles.append(trouble)
        await getattr(self, f"_{what}")(trouble)
        states = await self._states()
        self._before = [state["bytes"] for state in states]
        await self._cameras.say("doubt")
        await self._players.say("doubt")
        trouble.back_s = await self._until(f"all is well after {what}", self._well)
        trouble.end_ms = _now_ms()
        within = self._sizes.within_s or 2 * self._sizes.keepalive_s
        if trouble.back_s > within:
            self.wrong.append(f"{what}: back after {trouble.back_s:.1f} s")
        print(f"{what}: back in {trouble.back_s:.1f} s", file=sys.stderr, flush=True)
        await self._quiet()

    async def _child(self, trouble: Trouble) -> None:
        killed = media_child(self._pid)
        assert killed is not None, "nothing takes streams in"
        subprocess.run(["kill", "-9", str(killed)], check=True)

        async def again() -> bool:
            return media_child(self._pid) not in (None, killed)

        await self._until("there is another child", again)

    async def _cut(self, trouble: Trouble) -> None:
        trouble.cameras = set(range(0, self._sizes.recorded, 3))
        await self._cameras.say("cut", cameras=sorted(trouble.cameras), seconds=self._sizes.cut_s)
        await asyncio.sleep(self._sizes.cut_s)

    async def _move(self, trouble: Trouble) -> None:
        trouble.cameras = set(range(1, self._sizes.recorded, 3))
        host = f"127.0.0.{10 + len(self.troubles)}"
        await self._cameras.say("move", cameras=sorted(trouble.cameras), host=host)

    async def _kill(self, trouble: Trouble) -> None:
        child = media_child(self._pid)
        await asyncio.to_thread(self.installation.kill)
        there = {path: contents(path).size for path in self._recordings.glob("*/*/*.mp4")}
        trouble.start_ms = _now_ms()
        await asyncio.to_thread(self.installation.start)
        if child is not None and memory_mb(child):
            self.wrong.append("the child outlives the platform")

        async def mended() -> bool:
            states = await self._states()
            return all(state["state"] == "recording" for state in states)

        await self._until("recording goes on", mended)
        for path, size in there.items():
            if (now := path.stat().st_size if path.exists() else 0) != size and now < size:
                self.wrong.append(f"{path.name} had {size} whole bytes when it was killed, and {now} later")

    async def _disk(self, trouble: Trouble) -> None:
        """What there is is locked, so that nothing may go; then the disk is full for a while."""
        span = {"beginMs": trouble.start_ms - 3_600_000, "endMs": trouble.start_ms + 3_600_000, "reason": "x"}
        locked = await self._each(
            [self._desk.post(f"{path}/timeline/lock", json=span) for path in self._recorded]
        )
        assert all(answer.status_code == 200 for answer in locked), locked[0].text
        ballast = self._recordings / "ballast"

        async def full() -> bool:
            _fill(ballast)
            return all(state["cause"] == "disk_full" for state in await self._states())

        await self._until("the disk is full", full)
        ballast.unlink()

    # ------------------------------------------------------------ the end

    async def _end(self) -> list[dict[str, Any]]:
        """The timelines, once each file is whole."""
        await self._players.say("say")
        await self._each(
            [self._desk.put(f"{path}/recording", json={"mode": "off"}) for path in self._recorded]
        )
        end_ms = _now_ms() + 60_000
        span = {"beginMs": end_ms - 12 * 3_600_000, "endMs": end_ms}
        rows: list[dict[str, Any]] = []

        async def ended() -> bool:
            """No recorder runs any more: one that does may begin another file after its timeline was read."""
            return all(state["state"] == "off" for state in await self._states())

        async def whole() -> bool:
            answers = await self._each(
                [self._desk.get(f"{path}/timeline", params=span) for path in self._recorded]
            )
            rows[:] = [answer.json() for answer in answers]
            return not any(file["open"] for row in rows for file in row["files"])

        await self._until("each recorder has ended", ended)
        await self._until("each file is whole", whole)
        return rows


def _fill(path: Path) -> None:
    with path.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(PIECE))
        except OSError:
            return


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def run(sizes: Sizes) -> dict[str, Any]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="linli-video-")))
        if not disk.missing():
            mounted = stack.enter_context(disk.small_disk(sizes.disk_mb))
            (folder / "recordings").symlink_to(mounted)
        return uvloop.run(Campaign(folder, sizes).run())


def main(arguments: list[str]) -> int:
    words = parsed(__doc__, arguments)
    found = {"name": "video", **run(sizes_of(words))}
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
