"""The addresses of a modem's card: files that each style makes, and a real way out behind the cable."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from linli.cli import main
from linli.edge.services.network import LinkOutcome, ModemLink, NetworkFiles, Trial, link_faults, style_of
from linli.kernel.clock import SystemClock
from tests.edge.services import box_namespace as namespaces
from tests.edge.services.box_namespace import CLOUD, OPERATOR, PORT, BoxNamespace, box_namespace, until
from tests.edge.services.test_network import ONE
from tests.edge.services.test_network_styles import System
from tests.edge.services.test_network_trial import Site, trial

LINK = ModemLink(
    device="wwan0",
    method="static",
    address="10.64.3.2",
    prefix=30,
    gateway=OPERATOR,
    dns=["114.114.114.114"],
    mtu=1428,
)
DHCP = ModemLink(device="wwan0", method="dhcp")
NONE = ModemLink(device="wwan0", method="none")


def files_of(system: System) -> NetworkFiles:
    return NetworkFiles(style_of(name=system.style, folder=system.folder), system.home / "network")


# files


@pytest.mark.parametrize("style", ["networkd", "netplan"])
def test_a_plan_leaves_the_modems_card_alone_and_the_modem_the_plans(tmp_path: Path, style: str) -> None:
    system = System(tmp_path, style)
    assert system.run("apply", *ONE) == 0
    plans = system.files()
    files_of(system).apply(LINK)
    with_modem = system.files()
    assert len(with_modem) == len(plans) + 1
    assert system.run("apply", "--outside", "eno1", "--dhcp") == 0
    (name,) = with_modem.keys() - plans.keys()
    assert system.files()[name] == with_modem[name]
    cards = {each.card.device: each for each in files_of(system).cards()}
    assert (cards["wwan0"].card.address, cards["wwan0"].default_route) == ("10.64.3.2", False)
    files_of(system).apply(NONE)
    assert name not in system.files()
    assert files_of(system).changes(NONE) == []


def test_netplan_understands_the_modems_file(tmp_path: Path) -> None:
    system = System(tmp_path, "netplan")
    assert system.run("apply", *ONE) == 0
    files_of(system).apply(LINK)
    made = system.generated()["wwan0"]
    assert "Address=10.64.3.2/30\n" in made
    assert f"Gateway={OPERATOR}\nGatewayOnLink=true\nMetric=2000\n" in made.replace(
        "Destination=0.0.0.0/0\n", ""
    )
    assert "MTUBytes=1428" in made + "".join(
        place.read_text() for place in (system.root / "run/systemd/network").glob("*.link")
    )
    files_of(system).apply(DHCP)
    assert "RouteMetric=2000" in system.generated()["wwan0"]
    files_of(system).apply(ModemLink(device="wwan0", method="static", address="10.64.3.2", prefix=32))
    assert "Scope=link" in system.generated()["wwan0"]


def test_the_files_of_network_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(tmp_path, monkeypatch)
    files = NetworkFiles(style_of(folder=site.scripts), site.home / "network")
    files.apply(LINK)
    assert main(site.words("apply", *ONE)) == 0
    content = site.files()["ifcfg-wwan0"].decode().splitlines()
    assert content[1:] == [
        "BOOTPROTO=static",
        "IPADDR=10.64.3.2",
        "PREFIX=30",
        f"GATEWAY={OPERATOR}",
        "DNS1=114.114.114.114",
        "MTU=1428",
        "DEFROUTE=yes",
        "METRIC=2000",
        "ONBOOT=no",
        'DEVICE="wwan0"',
    ]
    files.apply(ModemLink(device="wwan1", method="dhcp"))
    assert site.files().keys() == {"ifcfg-enp95s0f0", "ifcfg-wwan1"}


@pytest.mark.parametrize(
    "link, field",
    [
        (ModemLink(device="../x", method="dhcp"), "device"),
        (ModemLink(device="wwan0", method="static"), "address"),
        (ModemLink(device="wwan0", method="static", address="10.64.3.2", prefix=0), "prefix"),
        (ModemLink(device="wwan0", method="static", address="10.64.3.2\nx", prefix=30), "address"),
        (
            ModemLink(device="wwan0", method="static", address="10.64.3.2", prefix=30, gateway="1.1.1.1"),
            "gateway",
        ),
        (ModemLink(device="wwan0", method="static", address="10.64.3.2", prefix=30, dns=["x"]), "dns"),
        (ModemLink(device="wwan0", method="dhcp", address="10.64.3.2"), "address"),
        (ModemLink(device="wwan0", method="dhcp", mtu=100), "mtu"),
    ],
)
def test_a_link_that_cannot_be_is_refused(link: ModemLink, field: str) -> None:
    assert [fault.field for fault in link_faults(link)] == [field]


# on trial


def test_a_link_that_does_not_reach_the_cloud_is_taken_back_and_a_kept_one_is_nobodys_to_undo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path, monkeypatch)
    assert main(site.words("apply", *ONE)) == 0
    files = NetworkFiles(style_of(folder=site.scripts), site.home / "network")
    reached = ""
    made = Trial(
        site.home, files, SystemClock(), ask=lambda cloud: reached, cloud=lambda: "http://cloud", seconds=1
    )
    assert made.link(DHCP, fresh=True) == LinkOutcome()
    assert trial(site.home)["subject"] == "modem"
    assert site.calls.read_text().splitlines()[-1] == "ifup wwan0"
    site.calls.unlink()
    assert made.link(DHCP, fresh=False) == LinkOutcome()
    assert not site.calls.exists()
    assert made.link(DHCP, fresh=True) == LinkOutcome()  # it connected anew: the same file, in force again
    assert site.calls.read_text().splitlines()[-1] == "ifup wwan0"
    kept, reached = site.files(), "nobody there"
    assert made.link(ModemLink(device="wwan0", method="dhcp", mtu=1400), fresh=True) == LinkOutcome(
        "no_cloud", "nobody there"
    )
    assert site.files() == kept
    site.program("ifup", "echo no carrier >&2; exit 3")
    assert made.link(DHCP, fresh=True) == LinkOutcome("not_written", "ifup wwan0: no carrier")
    assert main(site.words("undo")) == 0
    assert site.files().keys() == {"ifcfg-wwan0"}  # the person's own change is undone


# a real systemd-networkd, a real D-Bus


@pytest.fixture
def box(tmp_path: Path) -> Iterator[BoxNamespace]:
    if why := namespaces.missing():
        pytest.skip(why)
    with box_namespace(tmp_path) as box:
        yield box


@pytest.mark.covers("H-88")
def test_a_box_whose_cable_is_cut_goes_on_by_its_modem(box: BoxNamespace) -> None:
    box.activate()
    box.serve()
    (box.home / "cellular.json").write_text(json.dumps({"on": True, "apn": "cmnet"}))
    box.python("-m", "tests.edge.services.modem_service", "unix:path=/run/dbus/system_bus_socket", "wwan0")
    box.linli("run", "--lan", "127.0.0.1")
    until(lambda: trial(box.home).get("state") == "kept", "the modem's link is not kept")
    way = f"default via {OPERATOR} dev wwan0 proto static metric 2000 onlink"
    until(lambda: way in box.routes(), "the modem is no way out")
    assert f"{CLOUD} via" not in " ".join(box.routes())  # the cable, while it works
    asks = f"import urllib.request as u; print(u.urlopen('http://{CLOUD}:{PORT}/healthz', timeout=5).status)"
    assert box.python("-c", asks).communicate(timeout=namespaces.PATIENCE_S)[0] == b"200\n"
    box.cut()
    until(lambda: not box.has(namespaces.OLD), "the cable's address stays")
    assert box.python("-c", asks).communicate(timeout=namespaces.PATIENCE_S)[0] == b"200\n"
