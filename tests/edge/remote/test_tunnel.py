"""The box's end of a tunnel over real sockets: terminal, files, logs, drivers, and what is refused."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from wsproto.frame_protocol import CloseReason

from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.framework.discovery import discover
from linli.edge.framework.recorder import Collected
from linli.edge.framework.supervisor import Deployment, DeviceEntry, Supervisor
from linli.edge.remote.agent import RemoteAgent
from linli.edge.remote.diagnosis import Doctor, Target
from linli.edge.remote.drivers import DriverDesk
from linli.edge.remote.logs import LogBook
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from tests.edge.framework.folders import DRIVER, write_driver
from tests.edge.remote.cloud_end import CloudEnd, cloud_end


@asynccontextmanager
async def box(
    home: Path, kinds: tuple[str, ...] = ("shell", "files", "tools", "http")
) -> AsyncIterator[tuple[RemoteAgent, CloudEnd]]:
    """A box with one driver of one device, and the cloud that it is to reach."""
    write_driver(home / "drivers")
    clock = SystemClock()
    logs = DeviceLogs(clock, home / "logs")
    supervisor = Supervisor(
        discover([home / "drivers"])[0], things=Collected(), clock=clock, ids=Ids(), logs=logs
    )
    await supervisor.deploy(
        Deployment("some_meter", {}, (DeviceEntry("pk", "dev:1", {"ip": "192.168.1.9"}),))
    )
    async with cloud_end() as cloud:
        agent = RemoteAgent(
            cloud=f"http://127.0.0.1:{cloud.port}", headers=lambda method, path: {"x-linli-sign": f"{method} {path}"},
            doctor=Doctor(clock, home, Target(internet="127.0.0.1"), supervisor.status), logs=LogBook(logs),
            drivers=DriverDesk(supervisor), files=home, language="en", kinds=kinds,
        )  # fmt: skip
        try:
            yield agent, cloud
        finally:
            await agent.stop()
            await supervisor.close()


async def opened(agent: RemoteAgent, cloud: CloudEnd, kind: str) -> None:
    agent.refresh({"what": "tunnel", "ticket": "abc-123_X", "kind": kind})
    async with asyncio.timeout(30):
        await cloud.opened.wait()


async def test_a_terminal_runs_commands_and_ends_with_the_tunnel(tmp_path: Path) -> None:
    async with box(tmp_path) as (agent, cloud):
        await opened(agent, cloud, "shell")
        assert cloud.head.startswith(b"GET /edge/tunnel/abc-123_X HTTP/1.1\r\n")
        assert b"x-linli-sign: GET /edge/tunnel/abc-123_X" in cloud.head
        cloud.send(b'{"cols":132,"rows":43}', text=True)
        cloud.send(
            b'stty size; echo $((40+2)); echo mark:$LINLI_SECRET:end; sleep 300 & echo "pi""d=$!="\n',
            text=False,
        )
        shown = await cloud.screen_until(b"pid=")
        while shown.split(b"pid=")[-1].count(b"=") < 1:
            shown += await cloud.screen_until(b"=")
        assert b"43 132" in shown
        assert b"42" in shown
        assert b"mark::end" in shown
        left = int(shown.split(b"pid=")[-1].split(b"=")[0])
        cloud.hang_up()
        async with asyncio.timeout(30):
            while agent.open_tunnels:
                await asyncio.sleep(0.02)
        async with asyncio.timeout(30):
            while _runs(left):
                await asyncio.sleep(0.02)


def _runs(pid: int) -> bool:
    """Killed and not yet waited for by its parent counts as gone."""
    try:
        return b"\nState:\tZ" not in Path(f"/proc/{pid}/status").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_the_end_of_the_shell_is_told(tmp_path: Path) -> None:
    async with box(tmp_path) as (agent, cloud):
        await opened(agent, cloud, "shell")
        cloud.send(b"exit 7\n", text=False)
        assert (await cloud.screen_until(b"\x00never")).endswith(b'{"exit":7}')
        async with asyncio.timeout(30):
            await cloud.closed.wait()
        assert cloud.close_code == CloseReason.NORMAL_CLOSURE


async def test_files_are_listed_and_read_inside_their_folder_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "outside.txt").write_text("not yours")
    for name in ("identity.json", "box.db", "box.db-wal", "box.sqlite3", "driver.key"):
        (home / name).write_text("{}")
    (home / "away").symlink_to(tmp_path / "outside.txt")
    (home / "big.bin").write_bytes(os.urandom(200_000))
    os.mkfifo(home / "pipe")
    async with box(home) as (agent, cloud):
        await opened(agent, cloud, "files")
        listed, _, _ = await cloud.ask("files.list", path="/")
        kinds = {one["name"]: one["kind"] for one in listed.ok}
        assert kinds == {
            "drivers": "folder",
            "logs": "folder",
            "away": "link",
            "big.bin": "file",
            "pipe": "other",
        }
        told, _, data = await cloud.ask("files.read", path="/big.bin")
        assert told.ok == {"name": "big.bin", "size": 200_000}
        assert data == (home / "big.bin").read_bytes()
        for path in (
            "/../outside.txt",
            "../outside.txt",
            "/away",
            "/identity.json",
            "/box.db",
            "/nothing",
            "/pipe",
            "/a\0b",
        ):
            refused, _, data = await cloud.ask("files.read", path=path)
            assert refused.error is not None
            assert refused.error.code in ("not_found", "bad_input"), path
            assert refused.error.field == "path"
            assert data == b""
        refused, _, _ = await cloud.ask("files.list", path=5)
        assert refused.error is not None
        assert (refused.error.code, refused.error.field) == (
            "bad_input",
            "path",
        )
        refused, _, _ = await cloud.ask("drivers.list")
        assert refused.error is not None
        assert refused.error.code == "unknown"


async def test_logs_by_device_level_and_text(tmp_path: Path) -> None:
    async with box(tmp_path) as (agent, cloud):
        await opened(agent, cloud, "tools")
        sources, _, _ = await cloud.ask("logs.sources")
        assert {"driver": "some_meter", "device": "dev:1"} in sources.ok
        found, _, _ = await cloud.ask("logs.lines", device="dev:1")
        (line,) = found.ok["lines"]
        assert (line["text"], line["driver"], line["facts"]["value"]) == ("polled", "some_meter", 7)
        assert line["facts"]["password"] != "hidden"
        for given in ({"level": "warning"}, {"text": "nowhere"}, {"afterMs": line["atMs"]}, {"toMs": 1}):
            none, _, _ = await cloud.ask("logs.lines", device="dev:1", **given)
            assert none.ok["lines"] == []
        _, _, saved = await cloud.ask("logs.save", text="POLLED")
        assert saved.count(b"\n") == 1
        assert b'"device":"dev:1"' in saved


async def test_a_driver_is_replaced_while_it_runs_and_its_device_called(tmp_path: Path) -> None:
    async with box(tmp_path) as (agent, cloud):
        await opened(agent, cloud, "tools")
        (now,) = (await cloud.ask("drivers.list"))[0].ok
        assert (now["state"], now["pid"], now["devices"]) == ("running", os.getpid(), ["dev:1"])
        assert now["codePath"] == str(tmp_path / "drivers/some_meter")
        called, _, _ = await cloud.ask("drivers.call", device="dev:1", service="read", params={"a": 1})
        assert called.ok == {"service": "read", "a": 1}
        newer = DRIVER.replace('return {"service": service', 'return {"newer": service')
        write_driver(tmp_path / "drivers", driver=newer, version="2.0.0")
        replaced, _, _ = await cloud.ask("drivers.replace", driver="some_meter")
        assert replaced.ok == {"before": "1.0.0", "after": "2.0.0", "state": "running", "why": ""}
        assert (await cloud.ask("drivers.call", device="dev:1", service="read"))[0].ok == {"newer": "read"}
        write_driver(tmp_path / "drivers", driver="def create(:", version="3.0.0")
        refused, _, _ = await cloud.ask("drivers.replace", driver="some_meter")
        assert refused.error is not None
        assert refused.error.field == "driver"
        assert (await cloud.ask("drivers.list"))[0].ok[0]["version"] == "2.0.0"
        refused, _, _ = await cloud.ask("drivers.call", device="nobody", service="read")
        assert refused.error is not None
        assert refused.error.code == "driver.device_unknown"


async def test_the_diagnosis_tells_each_step_and_is_kept_on_the_box(tmp_path: Path) -> None:
    async with box(tmp_path) as (agent, cloud):
        await opened(agent, cloud, "tools")
        _, steps, _ = await cloud.ask("diagnosis.steps")
        assert {"interfaces", "route", "internet", "disk", "drivers"} <= {one["step"] for one in steps}
        whole, _, _ = await cloud.ask("diagnosis.run")
        assert (tmp_path / "diagnosis" / whole.ok["file"]).read_text() == whole.ok["text"]
        assert "driver some_meter" in whole.ok["text"]


async def test_what_is_no_question_ends_the_tunnel(tmp_path: Path) -> None:
    async with box(tmp_path) as (agent, cloud):
        await opened(agent, cloud, "tools")
        cloud.send(b'{"id":0,"do":"ping"}', text=True)
        async with asyncio.timeout(30):
            await cloud.closed.wait()
        assert cloud.close_code == CloseReason.POLICY_VIOLATION


async def test_an_oversize_frame_ends_the_tunnel(tmp_path: Path) -> None:
    async with box(tmp_path) as (agent, cloud):
        await opened(agent, cloud, "tools")
        cloud.send(b"x" * 300_000, text=True)
        async with asyncio.timeout(30):
            while agent.open_tunnels:
                await asyncio.sleep(0.01)


async def test_kinds_that_the_site_does_not_allow_are_not_opened(tmp_path: Path) -> None:
    async with box(tmp_path, kinds=("tools",)) as (agent, _):
        for told in (
            {"ticket": "abc", "kind": "shell"},
            {"ticket": "a/../b", "kind": "tools"},
            {"kind": "tools"},
        ):
            agent.refresh(told)
        assert agent.open_tunnels == 0
