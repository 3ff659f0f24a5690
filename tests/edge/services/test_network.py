"""The network of the box by `linli edge network`, against the manual's own files. Source: spec C 4.2-4.3, G1."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from linli.cli import main
from linli.edge.services.network import NetworkFiles, Plan, faults, install
from linli.edge.services.network.install import NothingToUndo

SINGLE = b"""BOOTPROTO=static
IPADDR=10.249.24.20
NETMASK=255.255.255.0
GATEWAY=10.249.24.1
DNS1=223.5.5.5
PEERDNS=no
DEFROUTE=yes
ONBOOT=yes
DEVICE="enp95s0f0"
"""
INSIDE = b"""BOOTPROTO=static
IPADDR=10.249.24.20
NETMASK=255.255.255.0
GATEWAY=10.249.24.1
DEFROUTE=no
ONBOOT=yes
DEVICE="enp95s0f1"
"""
ROUTES = b"""10.249.8.0/24 via 10.249.24.1 dev enp95s0f1
10.249.12.0/24 via 10.249.24.1 dev enp95s0f1
10.249.16.0/24 via 10.249.24.1 dev enp95s0f1
10.249.20.0/22 via 10.249.24.1 dev enp95s0f1
10.249.32.0/21 via 10.249.24.1 dev enp95s0f1
"""
ONE = ["--outside", "enp95s0f0", "--address", "10.249.24.20/24", "--gateway", "10.249.24.1"]
VLANS = [line.split()[0].decode() for line in ROUTES.splitlines()]


class Site:
    """The folders of a box, and its command line."""

    def __init__(self, folder: Path) -> None:
        self.scripts, self.home = folder / "network-scripts", folder / "home"
        self.scripts.mkdir()

    def run(self, *words: str) -> int:
        places = ["--folder", str(self.scripts), "--home", str(self.home)]
        return main(["edge", "network", *words, *places])

    def files(self) -> dict[str, bytes]:
        return {place.name: place.read_bytes() for place in self.scripts.iterdir()}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.covers("C060", "H-58")
def test_one_card_is_written_as_the_manual_has_it(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert site.run("apply", *ONE) == 0
    assert site.files() == {"ifcfg-enp95s0f0": SINGLE}
    assert "ifdown enp95s0f0 && ifup enp95s0f0" in capsys.readouterr().out
    assert site.run("show") == 0
    assert "10.249.24.20 255.255.255.0 via 10.249.24.1  default route" in capsys.readouterr().out


@pytest.mark.covers("C060")
def test_two_cards_with_routes_are_written_as_the_manual_has_them(site: Site) -> None:
    outside = ["--outside", "enp95s0f0", "--address", "192.168.1.20/24", "--gateway", "192.168.1.1"]
    inside = [
        "--inside",
        "enp95s0f1",
        "--inside-address",
        "10.249.24.20/24",
        "--inside-gateway",
        "10.249.24.1",
    ]
    routes = [word for vlan in VLANS for word in ("--route", vlan)]
    assert site.run("apply", *outside, *inside, *routes) == 0
    assert site.files() == {
        "ifcfg-enp95s0f0": SINGLE.replace(b"10.249.24", b"192.168.1"),
        "ifcfg-enp95s0f1": INSIDE,
        "route-enp95s0f1": ROUTES,
    }


def test_dhcp_and_cellular(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert site.run("apply", "--outside", "eno1", "--dhcp") == 0
    assert site.files() == {
        "ifcfg-eno1": b'BOOTPROTO=dhcp\nPEERDNS=yes\nDEFROUTE=yes\nONBOOT=yes\nDEVICE="eno1"\n'
    }
    assert "reserve it in the router" in capsys.readouterr().out
    lan = ["--inside", "eno1", "--inside-address", "10.249.24.20/24", "--inside-gateway", "10.249.24.1"]
    assert site.run("apply", "--outside", "wwan0", "--cellular", *lan) == 0
    assert site.files() == {"ifcfg-eno1": INSIDE.replace(b"enp95s0f1", b"eno1")}


def test_another_card_gives_the_default_route_up_and_keeps_the_rest(site: Site) -> None:
    other = site.scripts / "ifcfg-enp61s0f0"
    other.write_bytes(b'# by hand\nBOOTPROTO=dhcp\nDEFROUTE="yes"\nONBOOT=no\n')
    (site.scripts / "ifcfg-lo").write_bytes(b"DEVICE=lo\n")
    assert site.run("apply", *ONE) == 0
    assert other.read_bytes() == b"# by hand\nBOOTPROTO=dhcp\nDEFROUTE=no\nONBOOT=no\n"
    assert site.run("undo") == 0
    assert other.read_bytes() == b'# by hand\nBOOTPROTO=dhcp\nDEFROUTE="yes"\nONBOOT=no\n'
    assert set(site.files()) == {"ifcfg-enp61s0f0", "ifcfg-lo"}


def test_a_dry_run_shows_what_would_change_and_writes_nothing(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert site.run("apply", *ONE, "--dry-run") == 0
    assert site.files() == {}
    told = capsys.readouterr().out
    assert "+IPADDR=10.249.24.20" in told
    assert "nothing was written" in told


def test_steps_are_undone_in_turn(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.run("apply", *ONE)
    site.run("apply", *(word.replace("24.20", "24.21") for word in ONE))
    assert site.run("apply", *(word.replace("24.20", "24.21") for word in ONE)) == 0
    assert "nothing to change" in capsys.readouterr().out
    assert site.run("undo") == 0
    assert site.files() == {"ifcfg-enp95s0f0": SINGLE}
    assert site.run("undo") == 0
    assert site.files() == {}
    assert site.run("undo") == 1


def test_a_box_without_power_in_the_middle_can_be_undone(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.run("apply", *ONE)
    files = NetworkFiles.of_system(site.home, str(site.scripts))
    plan = msgspec.convert(
        {
            "outside": {"device": "eno9", "method": "dhcp"},
            "inside": {"device": "enp95s0f0", "method": "dhcp"},
        },
        Plan,
    )
    whole = install.replace_file

    def cut(place: Path, content: bytes, *, mode: int) -> None:
        if place.name == "ifcfg-enp95s0f0":
            raise OSError("no power")
        whole(place, content, mode=mode)

    monkeypatch.setattr(install, "replace_file", cut)
    with pytest.raises(OSError, match="no power"):
        files.apply(plan)
    monkeypatch.undo()
    assert files.undo() == ["ifcfg-eno9", "ifcfg-enp95s0f0"]
    assert site.files() == {"ifcfg-enp95s0f0": SINGLE}
    files.undo()
    with pytest.raises(NothingToUndo):
        files.undo()


STATIC = {"device": "eno1", "address": "10.249.24.20", "netmask": "255.255.255.0", "gateway": "10.249.24.1"}


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"device": "../x"}, "outside.device", "card_name"),
        ({"device": "x" * 16}, "outside.device", "card_name"),
        ({"address": "10.249.24"}, "outside.address", "ipv4"),
        ({"address": "10.249.024.1"}, "outside.address", "ipv4"),
        ({"netmask": "255.0.255.0"}, "outside.netmask", "netmask"),
        ({"netmask": "255.255.255.255"}, "outside.netmask", "netmask"),
        ({"netmask": "0.0.0.0"}, "outside.netmask", "netmask"),
        ({"address": "10.249.24.0"}, "outside.address", "host_address"),
        ({"address": "10.249.24.255"}, "outside.address", "host_address"),
        ({"gateway": "10.249.25.1"}, "outside.gateway", "gateway_outside"),
        ({"gateway": "10.249.24.20"}, "outside.gateway", "gateway_self"),
        ({"dns": "0.0.0.0"}, "outside.dns", "host_address"),
        ({"method": "dhcp"}, "outside.address", "only_static"),
    ],
)
def test_rules_of_a_card(change: dict[str, str], field: str, rule: str) -> None:
    found = faults(msgspec.convert({"outside": STATIC | change}, Plan))
    assert (found[0].field, found[0].rule) == (field, rule)


@pytest.mark.parametrize(
    ("change", "routes", "field", "rule"),
    [
        ({"device": "eno1"}, [], "inside.device", "card_twice"),
        ({"address": "10.249.24.20"}, [], "inside.address", "address_twice"),
        ({}, ["10.249.8.1/24"], "routes[0]", "route"),
        ({}, ["0.0.0.0/0"], "routes[0]", "route"),
        ({}, ["10.249.8.0"], "routes[0]", "route"),
        ({}, ["10.1.0.0/24", "10.1.0.0/24"], "routes[1]", "route_twice"),
        ({}, ["10.249.24.0/24"], "routes[0]", "route_own"),
        ({"method": "cellular"}, [], "inside.method", "inside_not_cellular"),
    ],
)
def test_rules_of_two_cards(change: dict[str, str], routes: list[str], field: str, rule: str) -> None:
    inside = STATIC | {"device": "eno2", "address": "10.249.24.21"} | change
    found = faults(msgspec.convert({"outside": STATIC, "inside": inside, "routes": routes}, Plan))
    assert (found[0].field, found[0].rule) == (field, rule)


def test_refusals_name_every_field(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        site.run("apply", "--outside", "eno1", "--address", "10.249.24.20/24", "--dns", "x", "--route", "1")
        == 2
    )
    told = capsys.readouterr().out
    assert "outside.gateway: an IPv4 address" in told
    assert "outside.dns (x)" in told
    assert "routes: routes need an inside card" in told
    assert site.files() == {}


def test_a_system_without_such_a_folder_is_told_so(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "linli.cli", "edge", "network", "apply", *ONE]
    done = subprocess.run(
        [*words, "--folder", str(tmp_path / "none")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "there is no folder" in done.stdout) == (1, True)
