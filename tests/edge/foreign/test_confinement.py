"""A hostile driver of a vendor: what it may not read, signal, become or leave behind. Runs as root, as such boxes do."""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from linli.edge.foreign import confinement
from linli.edge.foreign.confinement import can_confine, close_home, user_of
from linli.edge.foreign.package import unpack
from tests.edge.doors.site_box import until
from tests.edge.foreign.packages import packed
from tests.edge.foreign.test_foreign import MANIFEST, Box

may_change_users = pytest.mark.skipif(
    not can_confine(), reason="needs root, or the capabilities of the box's unit"
)

HOSTILE = """
import ctypes, json, os, signal, subprocess, sys
import leda

wanted = leda.get_driver_info()["json"]
box = os.getppid()


def attempt(name, do):
    try:
        found = do()
    except BaseException as error:
        print("refused", name, type(error).__name__, flush=True)
    else:
        print("HOLE", name, repr(found)[:80], flush=True)


def ptrace():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, box, 0, 0) != 0:
        raise PermissionError(ctypes.get_errno())


def readable(path):
    return lambda: open(path, "rb").read(16)


for name, path in wanted["paths"].items():
    attempt(name, readable(path))
attempt("list of the box", lambda: os.listdir(wanted["home"]))
attempt("way up", lambda: os.listdir(".."))
attempt("manifest beside", readable("../manifest.json"))
attempt("way through the descriptor", readable(sys.path[0] + "/../../../box.db"))
attempt("own code changed", lambda: open(sys.path[0] + "/index.py", "a"))
attempt("file put into the code", lambda: open("planted.py", "w"))
attempt("environment of the box", readable(f"/proc/{box}/environ"))
attempt("memory of the box", readable(f"/proc/{box}/mem"))
attempt("signal to the box", lambda: os.kill(box, 0))
attempt("end of the box", lambda: os.kill(box, signal.SIGTERM))
attempt("ptrace of the box", ptrace)
attempt("root again", lambda: os.setuid(0))
attempt("groups", lambda: os.setgroups([0]))
attempt("other driver's user", lambda: os.setuid(os.getuid() + 1))
attempt("memory without end", lambda: bytearray(4 << 30))
print("who", os.getuid(), os.getgid(), os.getgroups(), flush=True)
with open("/proc/self/status") as status:
    print("state", *[line.strip() for line in status if line.startswith(("CapEff", "CapPrm", "NoNewPrivs"))], flush=True)
import helper  # another file of its own package
print("own file", helper.WORD, flush=True)
stray = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("stray", stray.pid, flush=True)
leda.register_and_online("pk", "gate.3", object())
"""


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    close_home(tmp_path)
    box = Box(tmp_path / "drivers")
    yield box
    if hasattr(box, "supervisor"):
        await box.supervisor.close()
    await box.controller.stop()


@may_change_users
async def test_a_hostile_driver_reaches_nothing_of_the_box(box: Box, tmp_path: Path) -> None:
    (tmp_path / "box.db").write_bytes(b"SQLite format 3")
    (tmp_path / "identity.json").write_text("{}")
    (tmp_path / "box.db").chmod(0o644)  # even so
    other = msgspec.structs.replace(MANIFEST, id="other_vendor")
    neighbour = unpack(packed(index="SECRET = 1"), tmp_path / "drivers", other)
    paths = {
        "database": tmp_path / "box.db", "identity": tmp_path / "identity.json",
        "other driver's code": neighbour / "code" / "index.py", "users": tmp_path / "drivers" / "users.json",
        "own code by its whole path": tmp_path / "drivers" / MANIFEST.id / "code" / "index.py",
        "shadow": Path("/etc/shadow"),
    }  # fmt: skip
    config = {"home": str(tmp_path), "paths": {name: str(path) for name, path in paths.items()}}
    box.config = config
    await box.run(packed(index=HOSTILE, helper="WORD = 'mine'"))
    await until(lambda: box.things.is_online("gate.3") or box.supervisor.status()[0].crashes > 0, 30)
    texts = box.texts()
    assert [text for text in texts if text.startswith("HOLE")] == []
    assert len([text for text in texts if text.startswith("refused")]) == len(paths) + 15
    uid = box.driver.uid
    assert uid is not None
    assert f"who {uid} {uid} []" in texts
    assert uid not in (0, os.getuid(), user_of(neighbour))
    (state,) = [text for text in texts if text.startswith("state")]
    assert "NoNewPrivs:\t1" in state
    assert state.count("0000000000000000") == 2
    assert "own file mine" in texts
    assert box.supervisor.unconfined() == []
    (stray,) = [int(text.split()[1]) for text in texts if text.startswith("stray")]
    await box.supervisor.stop(MANIFEST.id)
    await until(lambda: not alive(stray), 60)


def alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


@may_change_users
def test_drivers_cannot_reach_one_another(tmp_path: Path) -> None:
    """Same machine, two vendors: neither signals nor traces the other."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    assert user_of(first) != user_of(second)
    assert user_of(first) == user_of(first)
    numbers = json.loads((tmp_path / "users.json").read_text())
    assert set(numbers) == {"a", "b"}
    assert (tmp_path / "users.json").stat().st_mode & 0o077 == 0
    code = f"import os; os.kill({os.getpid()}, 0)"
    assert "PermissionError" in run_as(numbers["a"], Path(ctypes.__file__), code)


def run_as(uid: int, needed: Path, code: str) -> str:
    """What Python says of code that runs as another user."""
    whole = f"""
from pathlib import Path
from linli.edge.foreign import confinement
confinement.become({uid}, Path({str(needed)!r}))
{code}
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", whole], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


async def test_a_box_that_may_not_change_users_runs_drivers_and_says_so(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confinement, "can_confine", lambda: False)
    await box.run(packed(index="import leda\nleda.register_and_online('pk', 'gate.3', object())\n"))
    await until(lambda: box.things.is_online("gate.3"), 60)
    assert box.driver.uid is None
    assert box.supervisor.unconfined() == [MANIFEST.id]


def test_numbers_run_out_with_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "COUNT", 1)
    user_of(tmp_path / "a")
    with pytest.raises(confinement.NoUserLeft, match="no user number"):
        user_of(tmp_path / "b")


@may_change_users
def test_a_user_that_cannot_read_the_program_says_why(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.write_text("")
    hidden.chmod(0o600)
    assert "readable by others" in run_as(confinement.FIRST, hidden, "")


@may_change_users
async def test_no_file_of_the_driver_runs_before_the_user_is_changed(box: Box) -> None:
    """Modules that the box's own part of the child imports, shipped by the vendor under the same names."""
    planted = "import os\nprint('planted', __name__, os.getuid(), flush=True)\n"
    names = ("ctypes", "pwd", "resource", "msgspec", "linli", "colorsys", "threading", "importlib")
    index = "import leda, colorsys\nleda.register_and_online('pk', 'gate.3', object())\n"
    await box.run(packed(index=index, **dict.fromkeys(names, planted)))
    await until(lambda: box.things.is_online("gate.3"), 60)
    told = [text for text in box.texts() if text.startswith("planted")]
    assert told == [f"planted colorsys {box.driver.uid}"]
