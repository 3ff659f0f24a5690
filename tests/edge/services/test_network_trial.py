"""A change of the network on trial: kept when the cloud is reached, taken back else, whatever happens in between."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from linli.cli import main
from tests.edge.services import box_namespace as namespaces
from tests.edge.services.box_namespace import OLD, OLD_FILE, BoxNamespace, box_namespace, child_of, until
from tests.edge.services.test_network import ONE, SINGLE

NEW = "10.249.24.20"
PLAN = ["--outside", "lan0", "--address", f"{NEW}/24", "--gateway", "10.249.24.1"]
INSIDE = ["--inside", "lan1", "--inside-address", "10.249.30.20/24", "--inside-gateway", "10.249.30.1"]
NEVER = "600"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[BoxNamespace]:
    if why := namespaces.missing():
        pytest.skip(why)
    with box_namespace(tmp_path) as box:
        yield box
        inside = Path(f"/proc/{box.inside}")
    until(lambda: not inside.exists(), "the box's namespace was left behind")


def trial(home: Path) -> dict[str, object]:
    try:
        return json.loads((home / "network" / "trial.json").read_bytes())
    except FileNotFoundError:
        return {"state": "none"}


def apply(box: BoxNamespace, *words: str) -> subprocess.Popen[bytes]:
    return box.linli("network", "apply", *PLAN, *words, "--now")


# a real systemd-networkd


@pytest.mark.covers("C060", "H-58", "H-88")
def test_what_reaches_the_cloud_is_in_force_and_kept(box: BoxNamespace) -> None:
    box.activate()
    box.serve()
    applying = apply(box, *INSIDE, "--route", "10.249.8.0/24", "--within", "60")
    out = applying.communicate(timeout=namespaces.PATIENCE_S)[0].decode()
    assert (applying.returncode, out.splitlines()[-1]) == (0, "kept: the cloud was reached")
    until(lambda: box.has("10.249.30.20"), "the inside card has no address")
    assert (box.has(NEW), box.has(OLD)) == (True, False)
    routes = box.routes()
    assert [route for route in routes if route.startswith("default")] == [
        "default via 10.249.24.1 dev lan0 proto static metric 50"
    ]
    until(
        lambda: "10.249.8.0/24 via 10.249.30.1 dev lan1 proto static" in box.routes(), "no route to the VLAN"
    )
    assert box.files()["10-old.network"] == OLD_FILE
    shown = box.linli("network", "show").communicate(timeout=namespaces.PATIENCE_S)[0].decode()
    assert "10.249.24.20 255.255.255.0 via 10.249.24.1  default route" in shown
    assert "last trial: kept: the cloud was reached" in shown


@pytest.mark.covers("C060", "H-88")
def test_an_address_by_dhcp_is_taken_and_kept(box: BoxNamespace) -> None:
    box.activate()
    box.serve()
    box.lease("10.249.24.77")
    applying = box.linli("network", "apply", "--outside", "lan0", "--dhcp", "--now", "--within", "60")
    out = applying.communicate(timeout=2 * namespaces.PATIENCE_S)[0].decode()
    assert (applying.returncode, out.splitlines()[-1]) == (0, "kept: the cloud was reached")
    assert (box.has("10.249.24.77"), box.has(OLD)) == (True, False)
    assert "default via 10.249.24.1 dev lan0 proto dhcp src 10.249.24.77 metric 50" in box.routes()


@pytest.mark.covers("C060", "H-58")
def test_what_does_not_reach_the_cloud_is_taken_back(box: BoxNamespace) -> None:
    box.activate()
    applying = apply(box, "--within", "2")
    until(lambda: box.has(NEW), "the new address never came")
    out = applying.communicate(timeout=namespaces.PATIENCE_S)[0].decode()
    assert applying.returncode == 1
    assert "taken back: the files are as before: the cloud was not reached in time: Connect" in out
    assert box.files() == {"10-old.network": OLD_FILE}
    until(lambda: box.has(OLD) and not box.has(NEW), "the old address did not come back")


@pytest.mark.covers("C060", "H-58")
def test_a_box_that_is_killed_in_the_middle_goes_on_at_its_next_start(box: BoxNamespace) -> None:
    box.activate()
    applying = apply(box, "--within", "3")
    until(lambda: trial(box.home)["state"] == "asking" and box.has(NEW), "the trial never began")
    refused = box.linli("network", "apply", "--outside", "lan0", "--dhcp", "--now")
    assert b"a change is on trial" in refused.communicate(timeout=namespaces.PATIENCE_S)[0]
    os.kill(child_of(applying), signal.SIGKILL)
    applying.wait(namespaces.PATIENCE_S)
    assert box.has(NEW)
    running = box.linli("run", "--lan", "127.0.0.1")
    until(lambda: trial(box.home)["state"] == "taken_back", "the next start did not take it back")
    until(lambda: box.has(OLD) and not box.has(NEW), "the old address did not come back")
    assert box.files() == {"10-old.network": OLD_FILE}
    os.kill(child_of(running), signal.SIGTERM)
    running.communicate(timeout=namespaces.PATIENCE_S)


# commands of the system that stand in for ifup


class Site:
    """A system with network-scripts whose `ifup` does what a test says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scripts, self.home, self.programs = folder / "network-scripts", folder / "home", folder / "bin"
        for place in (self.scripts, self.home, self.programs):
            place.mkdir()
        self.calls = folder / "calls"
        monkeypatch.setenv("PATH", f"{self.programs}:{os.environ['PATH']}")
        monkeypatch.setenv("LANG", "C")
        self.program("ifdown", "exit 1")
        self.program("ifup", "exit 0")

    def program(self, name: str, does: str) -> None:
        place = self.programs / name
        place.write_text(f'#!/bin/sh\necho "{name} $1" >> {self.calls}\n{does}\n')
        place.chmod(0o755)

    def words(self, *words: str) -> list[str]:
        return ["edge", "network", *words, "--folder", str(self.scripts), "--home", str(self.home)]

    def files(self) -> dict[str, bytes]:
        return {place.name: place.read_bytes() for place in self.scripts.iterdir()}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


def test_a_box_without_a_cloud_keeps_what_was_written_and_says_so(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(site.words("apply", *ONE, "--now")) == 0
    assert "kept untried: this box is not active" in capsys.readouterr().out
    assert site.files() == {"ifcfg-enp95s0f0": SINGLE}
    assert site.calls.read_text() == "ifdown enp95s0f0\nifup enp95s0f0\n"


def test_a_command_that_fails_takes_it_back(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    before = b"BOOTPROTO=dhcp\nONBOOT=yes\nDEVICE=enp95s0f0\n"
    (site.scripts / "ifcfg-enp95s0f0").write_bytes(before)
    site.program("ifup", "echo no such card >&2; exit 3")
    assert main(site.words("apply", *ONE, "--now")) == 1
    told = capsys.readouterr().out
    assert "a command of the system failed: ifup enp95s0f0: no such card" in told
    assert site.files() == {"ifcfg-enp95s0f0": before}
    assert main(site.words("undo")) == 1  # its step is gone with it


def test_one_killed_before_the_cloud_was_asked_is_taken_back(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.program("ifup", "exec sleep 60")
    line = [sys.executable, "-m", "linli.cli", *site.words("apply", *ONE, "--now")]
    applying = subprocess.Popen(line, start_new_session=True)
    until(lambda: site.calls.exists() and "ifup" in site.calls.read_text(), "ifup was never called")
    os.killpg(applying.pid, signal.SIGKILL)
    applying.wait()
    assert site.files() == {"ifcfg-enp95s0f0": SINGLE}
    assert main(site.words("undo")) == 1
    assert "a change is on trial" in capsys.readouterr().out
    site.program("ifup", "exit 0")
    assert main(site.words("resume")) == 1
    assert "the trial was broken off before the cloud was asked" in capsys.readouterr().out
    assert site.files() == {}
    assert main(site.words("resume")) == 0  # nothing is left to go on with
    assert main(site.words("apply", *ONE)) == 0


def test_an_undo_step_writes_no_other_file(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(site.words("apply", *ONE)) == 0
    (step,) = (site.home / "network").glob("[0-9]*.json")
    for name in ("../home/x", "passwd"):
        step.write_text(json.dumps({name: "eA=="}))
        assert main(site.words("undo")) == 1
        assert "is no network file of this system" in capsys.readouterr().out
    assert not (site.home / "x").exists()
