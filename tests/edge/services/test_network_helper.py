"""The helper that changes the network as root for a box without that right: who may ask, what it takes, what it does."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from linli.edge.services.network import NetworkFiles, NetworkRefused, NothingToUndo, Plan
from linli.edge.services.network.helped import HelpedHand
from linli.edge.services.network.modem_link import ModemLink
from linli.edge.services.network.plan import Card
from linli.edge.services.network.trial import LinkOutcome, TrialRuns
from tests.edge.services import box_namespace as namespaces
from tests.edge.services.box_namespace import CLOUD, OLD, OLD_FILE, PORT, BoxNamespace, box_namespace, until
from tests.edge.services.console_box import ConsoleBox
from tests.edge.services.test_console import PASSWORD, Page
from tests.edge.services.test_network_trial import NEW, Site, trial

BOX_UID, OTHER_UID = 10_001, 10_002
PLAN = Plan(outside=Card(device="eno1", address=NEW, netmask="255.255.255.0", gateway="10.249.24.1"))
CLOUD_URL = f"http://{CLOUD}:{PORT}"


class HelperProcess:
    def __init__(self, folder: Path, site: Site, open_folder: Path) -> None:
        self.place, self.state, self.site = open_folder / "orders.sock", folder / "state", site
        line = [sys.executable, "-m", "linli.cli", "edge", "network", "helper"]
        line += ["--folder", str(site.scripts), "--home", str(self.state), "--socket", str(self.place)]
        self.process = subprocess.Popen([*line, "--user", str(os.getuid()), "--within", "2"])
        until(self.place.exists, "it does not listen")

    def hand(self, cloud: str = "http://cloud", *, why: str = "") -> HelpedHand:
        return HelpedHand(cloud, place=self.place, ask=lambda address: why)

    def said(self, content: bytes) -> bytes:
        """What it answers to these bytes, until it closes."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
            end.settimeout(namespaces.PATIENCE_S)
            end.connect(str(self.place))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                end.sendall(content)
                end.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: end.recv(65536), b""))
        return b""

    def trial(self) -> dict[str, Any]:
        return trial(self.state)

    def until_trial(self, state: str) -> None:
        until(lambda: self.trial()["state"] == state, f"it is not {state}")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that other users may enter, as `/run`."""
    with tempfile.TemporaryDirectory(prefix="linli-helper-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def helper(tmp_path: Path, site: Site, open_folder: Path) -> Iterator[HelperProcess]:
    helper = HelperProcess(tmp_path, site, open_folder)
    yield helper
    helper.process.terminate()
    assert helper.process.wait(namespaces.PATIENCE_S) == 0


# what it does


def test_it_shows_checks_writes_and_undoes(helper: HelperProcess) -> None:
    hand = helper.hand()
    assert (hand.present, hand.look().present, hand.look().cards) == (True, True, [])
    (change,) = hand.check(PLAN)
    assert (change.name, f"+IPADDR={NEW}" in change.diff) == ("ifcfg-eno1", True)
    assert helper.site.files() == {}
    assert hand.apply(PLAN) == ["ifcfg-eno1"]
    now = hand.look()
    assert (now.cards[0].card.address, now.cards[0].default_route, now.undoable) == (NEW, True, 1)
    assert hand.undo() == ["ifcfg-eno1"]
    assert helper.site.files() == {}
    with pytest.raises(NothingToUndo):
        hand.undo()


def test_a_change_is_kept_or_taken_back_by_what_the_box_says_of_the_cloud(helper: HelperProcess) -> None:
    plan = Plan(outside=Card(device="eno1", method="dhcp"))
    assert helper.hand(why="nobody there").try_out(plan) == ["ifcfg-eno1"]
    with pytest.raises(TrialRuns):
        helper.hand().apply(PLAN)
    helper.until_trial("taken_back")
    assert (helper.site.files(), helper.trial()["detail"]) == ({}, "nobody there")
    assert helper.hand().try_out(plan) == ["ifcfg-eno1"]
    helper.until_trial("kept")
    assert helper.hand("").try_out(Plan(outside=Card(device="eno2", method="dhcp"))) != []
    helper.until_trial("untried")  # a box that is not active has no cloud to ask


def test_a_box_that_is_gone_meanwhile_has_not_reached_the_cloud(helper: HelperProcess) -> None:
    order = {"do": "try", "plan": {"outside": {"device": "eno1", "method": "dhcp"}}, "active": True}
    assert b'"wrote"' in helper.said(json.dumps(order).encode() + b"\n")
    helper.until_trial("taken_back")
    assert helper.site.files() == {}


def test_one_that_was_killed_in_the_middle_is_taken_back_by_the_next(
    helper: HelperProcess, tmp_path: Path, site: Site, open_folder: Path
) -> None:
    site.program("ifup", "exec sleep 60")
    helper.hand().try_out(Plan(outside=Card(device="eno1", method="dhcp")))
    until(lambda: site.calls.exists() and "ifup" in site.calls.read_text(), "ifup was never called")
    helper.process.kill()
    helper.process.wait()
    site.program("ifup", "exit 0")
    helper.place.unlink()
    again = HelperProcess(tmp_path, site, open_folder)
    helper.process = again.process
    again.until_trial("taken_back")
    assert site.files() == {}


def test_a_modems_link_is_written_and_tried(helper: HelperProcess) -> None:
    link = ModemLink(device="wwan0", method="dhcp")
    assert helper.hand().link(link, fresh=True) == LinkOutcome()
    assert b"METRIC=2000\n" in helper.site.files()["ifcfg-wwan0"]
    assert helper.hand().look().undoable == 0  # nobody undoes it
    other = ModemLink(device="wwan0", method="static", address="127.0.0.2", prefix=30)
    assert helper.hand().link(other, fresh=True).detail == "address: ipv4"
    kept = helper.site.files()
    longer = ModemLink(device="wwan0", method="dhcp", mtu=1400)
    assert helper.hand(why="cut").link(longer, fresh=True) == LinkOutcome("no_cloud", "cut")
    assert helper.site.files() == kept
    assert helper.hand().link(ModemLink(device="wwan0", method="none"), fresh=False) == LinkOutcome()
    assert helper.site.files() == {}
    with pytest.raises(NetworkRefused):
        helper.hand().apply(Plan(outside=Card(device="../x", method="dhcp")))


def test_systemd_hands_it_the_socket(tmp_path: Path, site: Site, open_folder: Path) -> None:
    activate = shutil.which("systemd-socket-activate")
    if activate is None:
        pytest.skip("systemd is not installed")
    place = open_folder / "handed.sock"
    line = [sys.executable, "-m", "linli.cli", "edge", "network", "helper", "--folder", str(site.scripts)]
    names = [
        f"--setenv={name}" for name in ("PYTHONPATH", "PATH", "PYTHONPYCACHEPREFIX") if name in os.environ
    ]
    process = subprocess.Popen(
        [
            activate,
            f"--listen={place}",
            *names,
            *line,
            "--home",
            str(tmp_path / "state"),
            "--user",
            str(os.getuid()),
        ]
    )
    try:
        until(place.exists, "nobody listens")
        assert HelpedHand("http://cloud", place=place).apply(PLAN) == ["ifcfg-eno1"]
    finally:
        process.terminate()
        process.wait(namespaces.PATIENCE_S)


# what it refuses

GOOD = {"do": "apply", "plan": {"outside": {"device": "eno1", "method": "dhcp"}}}


NO_ORDERS = [
    b"",
    b"\xff\xfe\n",
    b"[]\n",
    b"{}\n",
    b'{"do":"run"}\n',
    b'{"do":"apply"}\n',
    b'{"do":"apply","plan":{"outside":{"device":"eno1","method":"dhcp"}},"file":"/etc/passwd"}\n',
    b'{"do":"apply","plan":{"outside":{"device":"eno1","method":"shell"}}}\n',
    b'{"do":"link","link":{"device":"eno1","method":"dhcp","mtu":70000},"fresh":true,"active":true}\n',
    b'{"do":"apply","plan":{"outside":{"device":"../../etc/x","method":"dhcp"}}}\n',
    b'{"do":"apply","plan":{"outside":{"device":"eno1\\nEXEC=x","method":"dhcp"}}}\n',
    b"[" * 60_000 + b"\n",
    b'"' + b"a" * 70_000 + b'"\n',
    b"a" * 3_000_000,
]


def test_what_is_no_order_is_refused_and_nothing_written(helper: HelperProcess) -> None:
    for order in NO_ORDERS:
        said = helper.said(order)
        assert not said or b'"say":"refused"' in said
        assert helper.site.files() == {}, order[:100]
    assert b'"wrote"' in helper.said(json.dumps(GOOD).encode() + b"\n")  # it goes on


def test_another_user_is_refused(helper: HelperProcess) -> None:
    if os.geteuid() != 0:
        pytest.skip("another user's process needs root")
    assert helper.place.stat().st_mode & 0o777 == 0o600
    helper.place.chmod(0o666)  # whatever the file says, the kernel knows who asks
    script = (
        "import socket,sys;s=socket.socket(socket.AF_UNIX);s.connect(sys.argv[1]);"
        "s.settimeout(60)\n"
        "try: s.sendall(sys.stdin.buffer.read()); print(s.recv(9))\n"
        "except (BrokenPipeError, ConnectionResetError): print(b'')"
    )
    line = ["setpriv", f"--reuid={OTHER_UID}", "--clear-groups", "/usr/bin/python3", "-c", script]
    asked = subprocess.run(
        [*line, str(helper.place)], input=json.dumps(GOOD).encode() + b"\n", capture_output=True
    )
    assert (asked.stdout.strip(), asked.stderr) == (b"b''", b"")
    assert helper.site.files() == {}


def test_one_that_says_nothing_is_let_go(helper: HelperProcess) -> None:
    with contextlib.ExitStack() as ends:
        for _ in range(4):
            end = ends.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            end.settimeout(namespaces.PATIENCE_S)
            end.connect(str(helper.place))
        assert end.recv(1) == b""
    assert helper.hand().look().present


# behind the page, and on a real systemd-networkd


class NoRight(NetworkFiles):
    """Of a process that may read the system's files only."""

    @property
    def writable(self) -> bool:
        return False


async def test_the_page_of_a_box_without_the_right_changes_by_the_helper(
    helper: HelperProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "console"
    folder.mkdir()
    box = ConsoleBox(folder)
    style = NetworkFiles.of_system(box.home, str(helper.site.scripts)).style
    box.parts.network = NoRight(style, box.home / "network")
    await box.start()
    page = Page(box)
    assert (await page.log_in(box.code, PASSWORD)).status_code == 200
    assert (await page.get("network")).json()["writable"] is False
    box.parts.helped = helper.hand(why="cut")
    shown = (await page.get("network")).json()
    assert (shown["writable"], shown["canTry"], shown["trial"]) == (True, True, None)
    plan = {"outside": {"device": "eno1", "method": "dhcp"}}
    assert (await page.post("network/try", plan)).json() == {"written": ["ifcfg-eno1"]}
    assert (await page.post("network/apply", plan)).json()["code"] == "edge.network_on_trial"
    helper.until_trial("taken_back")
    told = (await page.get("network")).json()["trial"]
    assert (told["state"], told["why"]) == ("taken_back", "the cloud was not reached in time")
    bad = {"outside": {"device": "/", "method": "dhcp"}}
    assert (await page.post("network/apply", bad)).json()["field"] == "outside.device"
    assert (await page.post("network/undo")).json()["code"] == "edge.nothing_to_undo"
    assert (await page.post("network/apply", plan)).json() == {"written": ["ifcfg-eno1"]}
    await page.http.aclose()
    await box.stop()


ROOT = Path(__file__).parents[3]


def client(box: BoxNamespace, uid: int, place: Path, word: str, plan: dict[str, Any]) -> str:
    """What the box's own user is told, in the box's namespace."""
    enter = ["nsenter", "-t", str(box.inside), "-m", "-n", "-p"]
    user = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs"]
    line = [sys.executable, "-m", "tests.edge.services.helped_client", str(place), word, CLOUD_URL]
    asked = subprocess.run(
        [*enter, *user, *line],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))},
        input=json.dumps(plan).encode(),
        capture_output=True,
        timeout=2 * namespaces.PATIENCE_S,
    )
    return (asked.stdout + asked.stderr).decode()


@pytest.mark.covers("C060", "H-58")
def test_a_box_that_is_not_root_changes_a_real_network_and_it_is_taken_back(
    tmp_path: Path, open_folder: Path
) -> None:
    if why := namespaces.missing():
        pytest.skip(why)
    with box_namespace(tmp_path) as box:
        hasty, patient = open_folder / "hasty.sock", open_folder / "patient.sock"
        for place, seconds in ((hasty, "2"), (patient, "60")):
            words = ["network", "helper", "--style", "networkd", "--user", str(BOX_UID)]
            box.linli(*words, "--socket", str(place), "--within", seconds)
            until(place.exists, "the helper does not listen")
        card = {"device": "lan0", "address": NEW, "netmask": "255.255.255.0", "gateway": CLOUD}
        refused = client(box, OTHER_UID, hasty, "try", {"outside": card})
        assert "refused: PermissionError" in refused
        told = client(box, BOX_UID, hasty, "try", {"outside": card})
        assert told.splitlines()[-1] == "taken_back"
        until(lambda: box.has(OLD) and not box.has(NEW), "the old address did not come back")
        assert box.files() == {"10-old.network": OLD_FILE}
        box.serve()
        told = client(box, BOX_UID, patient, "try", {"outside": card})
        assert told.splitlines()[-2:] == ["asked: reached", "kept"]
        assert (box.has(NEW), box.has(OLD)) == (True, False)
