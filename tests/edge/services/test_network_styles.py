"""Debian's own ways to keep the network: files of systemd-networkd and of netplan, read by netplan's own generator."""

import subprocess
from pathlib import Path

import pytest

from linli.cli import main
from linli.edge.remote import network
from linli.edge.services.network import NoStyle, style_of
from linli.edge.services.network.ifcfg import Ifcfg
from linli.edge.services.network.netplan import Netplan
from linli.edge.services.network.networkd import Networkd
from tests.edge.services.test_network import ONE

GENERATE = Path("/usr/libexec/netplan/generate")
"""What `netplan generate` runs, without the reload of this machine's own services after it."""
CLOUD_INIT = """# by cloud-init
network:
  version: 2
  ethernets:
    id0:
      match: {macaddress: 12:30:10:11:22:33}
      set-name: enp95s0f0
      mtu: 1400
      dhcp4: true
    eno2:
      addresses: [192.168.5.2/24]
      routes:
        - to: default
          via: 192.168.5.1
        - {to: 10.9.0.0/16, via: 192.168.5.9}
  wifis:
    wlan0:
      dhcp4: true
      access-points: {site: {password: "hunter22hunter"}}
"""
TWO = [*ONE, "--inside", "eno2", "--inside-address", "10.249.30.20/24", "--inside-gateway", "10.249.30.1"]
VLAN = ["--route", "10.249.8.0/24"]


class System:
    def __init__(self, folder: Path, style: str) -> None:
        self.root, self.home, self.style = folder / "root", folder / "home", style
        self.folder = self.root / ("etc/netplan" if style == "netplan" else "etc/systemd/network")
        self.folder.mkdir(parents=True)
        self.home.mkdir()

    def run(self, *words: str) -> int:
        places = ["--style", self.style, "--folder", str(self.folder), "--home", str(self.home)]
        return main(["edge", "network", *words, *places])

    def put(self, name: str, text: str) -> None:
        place = self.folder / name
        place.write_text(text)
        place.chmod(0o600)

    def files(self) -> dict[str, bytes]:
        return {place.name: place.read_bytes() for place in self.folder.iterdir()}

    def generated(self) -> dict[str, str]:
        """What netplan makes of it for networkd, by card."""
        if not GENERATE.exists():
            pytest.skip("netplan.io is not installed")
        made = subprocess.run([GENERATE, "--root-dir", str(self.root)], capture_output=True, text=True)
        assert (made.returncode, made.stderr) == (0, "")
        folder = self.root / "run/systemd/network"
        return {
            place.stem.removeprefix("10-netplan-"): place.read_text() for place in folder.glob("*.network")
        }


@pytest.fixture
def netplan(tmp_path: Path) -> System:
    return System(tmp_path, "netplan")


@pytest.fixture
def networkd(tmp_path: Path) -> System:
    return System(tmp_path, "networkd")


@pytest.mark.covers("C060", "H-58")
def test_netplan_understands_what_is_written_and_others_lose_the_default_route(netplan: System) -> None:
    netplan.put("50-cloud-init.yaml", CLOUD_INIT)
    before = netplan.files()
    assert netplan.run("apply", *ONE) == 0
    assert (netplan.folder / "90-linli.yaml").stat().st_mode & 0o777 == 0o600
    cards = netplan.generated()
    outside = cards["id0"]
    assert "Address=10.249.24.20/24\n" in outside
    assert "Gateway=10.249.24.1\nMetric=50\n" in outside.replace("Destination=0.0.0.0/0\n", "")
    assert "MACAddress=12:30:10:11:22:33" in outside  # as it was, though YAML 1.1 would read a number
    assert "DHCP=ipv4" not in outside
    assert "MTUBytes=1400" in outside + "".join(
        place.read_text() for place in (netplan.root / "run/systemd/network").glob("*.link")
    )
    assert "192.168.5.1\n" not in cards["eno2"]
    assert "Gateway=192.168.5.9" in cards["eno2"]
    assert netplan.run("undo") == 0
    assert netplan.files() == before


def test_two_cards_by_netplan(netplan: System, capsys: pytest.CaptureFixture[str]) -> None:
    netplan.put("50-cloud-init.yaml", CLOUD_INIT)
    assert netplan.run("apply", *TWO, *VLAN) == 0
    told = capsys.readouterr().out
    assert "netplan apply" in told
    assert "hunter22" not in told + "".join(network.files(netplan.root).values())
    inside = netplan.generated()["eno2"]
    assert "Address=10.249.30.20/24" in inside
    assert "Destination=10.249.8.0/24\nGateway=10.249.30.1" in inside
    assert "192.168.5." not in inside
    assert netplan.run("show") == 0
    shown = capsys.readouterr().out
    assert "enp95s0f0        10.249.24.20 255.255.255.0 via 10.249.24.1  default route" in shown
    assert "eno2             10.249.30.20 255.255.255.0 via 10.249.30.1\n" in shown
    assert netplan.run("apply", *TWO, *VLAN) == 0
    assert "nothing to change" in capsys.readouterr().out


def test_the_way_out_moves_to_another_card_by_netplan(netplan: System) -> None:
    assert netplan.run("apply", "--outside", "eno1", "--dhcp") == 0
    assert "RouteMetric=50" in netplan.generated()["eno1"]
    assert netplan.run("apply", *ONE) == 0
    assert "UseRoutes=false" in netplan.generated()["eno1"]


@pytest.mark.parametrize("text", ["network: [1]\n", "a: b: c\n", "network: {ethernets: 3}\n", "[" * 100])
def test_a_file_of_netplan_that_cannot_be_read_is_left_alone(
    netplan: System, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    netplan.put("50-x.yaml", text)
    for words in (["apply", *ONE], ["show"]):
        assert netplan.run(*words) == 1
        assert "50-x.yaml cannot be read" in capsys.readouterr().out
    assert netplan.files() == {"50-x.yaml": text.encode()}


@pytest.mark.covers("C060")
def test_networkd_gets_a_file_that_comes_first_and_others_lose_the_default_route(
    networkd: System, capsys: pytest.CaptureFixture[str]
) -> None:
    other = (
        "[Match]\nName=eno3\n[Network]\nGateway=10.1.1.1\nAddress=10.1.1.2/24\n"
        "[Route]\nDestination=10.9.0.0/16\nGateway=10.1.1.9\n"
    )
    networkd.put("10-other.network", other)
    networkd.put("10-same.network", "[Match]\nName=enp95s0f0\n[Network]\nGateway=10.1.1.1\n")
    before = networkd.files()
    assert networkd.run("apply", *TWO, *VLAN) == 0
    assert "networkctl reload && networkctl reconfigure eno2 enp95s0f0" in capsys.readouterr().out
    files = networkd.files()
    assert min(files) == "00-linli-eno2.network"
    assert b"[Route]\nGateway=10.249.24.1\nMetric=50\n" in files["00-linli-enp95s0f0.network"]
    assert b"[Route]\nDestination=10.249.8.0/24\nGateway=10.249.30.1\n" in files["00-linli-eno2.network"]
    assert files["10-other.network"].decode() == other.replace("Gateway=10.1.1.1\n", "#Gateway=10.1.1.1\n")
    assert files["10-same.network"] == before["10-same.network"]
    assert networkd.run("show") == 0
    shown = capsys.readouterr().out
    assert "eno3             10.1.1.2 255.255.255.0 via 10.1.1.9\n" in shown
    assert shown.count("default route") == 1
    assert networkd.run("undo") == 0
    assert networkd.files() == before


def test_dhcp_and_cellular_by_networkd(networkd: System, capsys: pytest.CaptureFixture[str]) -> None:
    assert networkd.run("apply", "--outside", "eno1", "--dhcp") == 0
    assert b"[DHCPv4]\nRouteMetric=50\n" in networkd.files()["00-linli-eno1.network"]
    inside = ["--inside", "eno1"]
    assert networkd.run("apply", "--outside", "wwan0", "--cellular", *inside) == 0
    assert networkd.files().keys() == {"00-linli-eno1.network"}
    assert b"UseRoutes=no\nUseGateway=no\n" in networkd.files()["00-linli-eno1.network"]
    assert networkd.run("apply", *ONE) == 0
    assert networkd.run("apply", "--outside", "eno9", "--dhcp") == 0  # the way out leaves a card of ours
    assert b"Gateway" not in networkd.files()["00-linli-enp95s0f0.network"]


def test_the_style_is_the_systems_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoStyle, match="say which it has with --style"):
        style_of(root=tmp_path)
    (tmp_path / "run/systemd/netif").mkdir(parents=True)
    assert isinstance(style_of(root=tmp_path), Networkd)
    (tmp_path / "etc/netplan").mkdir(parents=True)
    (tmp_path / "netplan").write_text("#!/bin/sh\n")
    (tmp_path / "netplan").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert isinstance(style_of(root=tmp_path), Networkd)  # the program alone sets nothing
    (tmp_path / "etc/netplan/50-x.yaml").write_text("network: {}\n")
    assert isinstance(style_of(root=tmp_path), Netplan)
    (tmp_path / "etc/sysconfig/network-scripts").mkdir(parents=True)
    assert isinstance(style_of(root=tmp_path), Ifcfg)
    assert isinstance(style_of(folder=tmp_path / "etc/netplan"), Netplan)
