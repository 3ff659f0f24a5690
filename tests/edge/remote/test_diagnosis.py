"""The network diagnosis against real sockets of this machine, and files that stand for a box's."""

import argparse
import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from linli.edge.remote import network, report
from linli.edge.remote.commands import add_to
from linli.edge.remote.diagnosis import Doctor, Target
from linli.edge.remote.figures import Meter
from linli.kernel import i18n
from linli.kernel.clock import SystemClock
from linli.protocols.edge_remote.diagnosis import Finding, failing_layer

ROUTES = """Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth0\t00000000\t0100007F\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth1\t000118AC\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""


class _Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""


@pytest.fixture
def cloud() -> Iterator[int]:
    """A platform's health page; its port."""
    server = HTTPServer(("127.0.0.1", 0), _Healthy)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A box's files: one default route, to this machine, and a network file with a password in it."""
    for name, text in {
        "proc/net/route": ROUTES,
        "proc/stat": "cpu  100 0 100 700 100 0 0 0 0 0\nbtime 1700000000\n",
        "proc/meminfo": "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 40 kB\n",
        "proc/loadavg": "0.42 0.1 0.1 1/100 1\n",
        "etc/resolv.conf": "nameserver 223.5.5.5\n",
        "etc/sysconfig/network-scripts/ifcfg-eno1": "BOOTPROTO=static\nIPADDR=10.249.24.2\nWPA_PSK=hunter22\n",
        "sys/class/thermal/thermal_zone0/temp": "47250\n",
        "sys/class/thermal/thermal_zone1/temp": "-274000\n",
    }.items():
        file = tmp_path / "root" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "root"


def doctor(root: Path, **target: object) -> Doctor:
    return Doctor(SystemClock(), root, Target(internet="127.0.0.1", **target), root=root)  # type: ignore[arg-type]


async def test_a_box_that_reaches_everything(root: Path, cloud: int) -> None:
    found = await doctor(
        root, cloud=f"http://127.0.0.1:{cloud}", mqtt_host="127.0.0.1", mqtt_port=cloud
    ).diagnose()
    by = {one.step: one for one in found.findings}
    assert by["route"] == Finding("route", "ok", "ok", "127.0.0.1")
    assert {
        by[step].outcome for step in ("gateway", "internet", "cloud_http", "cloud_mqtt", "clock", "disk")
    } == {"ok"}
    assert by["memory"].key == "memory.full"
    assert by["memory"].level == "error"
    assert failing_layer(found.findings) == "runtime"
    assert "hunter22" not in str(found.files)
    assert "IPADDR=10.249.24.2" in str(found.files)


async def test_the_lowest_broken_layer_is_named(root: Path, cloud: int) -> None:
    down = await doctor(
        root, mqtt_host="127.0.0.1", mqtt_port=1, cloud=f"http://127.0.0.1:{cloud}"
    ).diagnose()
    assert failing_layer([one for one in down.findings if one.step != "memory"]) == "link"
    away = await doctor(root, cloud="http://127.0.0.1:1").diagnose()
    assert failing_layer(away.findings) == "wan"
    (root / "proc/net/route").write_text("")
    cut = await doctor(root, cloud="http://127.0.0.1:1").diagnose()
    assert failing_layer(cut.findings) == "lan"


async def test_the_saved_file_has_findings_advice_and_network_files(root: Path, cloud: int) -> None:
    found = await doctor(root, cloud="http://127.0.0.1:1").diagnose()
    for language, wanted in (("zh-CN", "故障层：外网"), ("en", "failing layer: outside line")):
        text = report.text(found, language)
        assert wanted in text
        assert "/etc/sysconfig/network-scripts/ifcfg-eno1" in text
        assert "edge_" not in text, "a text is missing"
    at = datetime.fromtimestamp(found.at_ms / 1000, UTC).astimezone()
    assert report.file_name(found) == f"diagnosis_result_{at:%Y-%m-%d-%H:%M:%S}.txt"


def test_every_finding_has_a_text_in_both_languages() -> None:
    told = {key for key in i18n.catalogue("zh-CN") if key.startswith(("edge_check.", "edge_advice."))}
    assert told == {key for key in i18n.catalogue("en") if key.startswith(("edge_check.", "edge_advice."))}
    faults = {key.removeprefix("edge_check.") for key in told if not key.endswith((".ok", ".unused"))}
    advised = {key.removeprefix("edge_advice.") for key in told}
    assert {one for one in faults if one.startswith("edge_check.")} - advised == set()


def test_figures_of_the_machine(root: Path) -> None:
    meter = Meter(root, root)
    first = meter.read()
    assert (first.memory, first.load, first.temperature) == (96.0, 0.42, 47.2)
    (root / "proc/stat").write_text("cpu  150 0 150 750 150 0 0 0 0 0\nbtime 1700000000\n")
    assert meter.read().cpu == 50.0
    assert meter.booted_ms() == 1_700_000_000_000


def test_routes_are_read_as_the_kernel_writes_them(root: Path) -> None:
    first, second = network.routes(root)
    assert (str(first.gateway), first.network.network.prefixlen) == ("127.0.0.1", 0)
    assert (str(second.network.network), second.gateway) == ("172.24.1.0/24", None)


def test_pings_come_back_or_do_not() -> None:
    async def asked() -> tuple[float | None, str]:
        return await network.ping("127.0.0.1"), await network.connects("127.0.0.1", 1)

    took, why = asyncio.run(asked())
    assert took is not None
    assert "refused" in why.lower()


@pytest.mark.covers("H-59", "C061")
def test_the_command_prints_a_summary_and_saves_the_result(
    tmp_path: Path, cloud: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the installer runs it on the box; its file is named as the field knows it."""
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers())

    def run(*words: str) -> int:
        chosen = parser.parse_args(["diagnose", "--internet", "127.0.0.1", "--out", str(tmp_path), *words])
        code: int = chosen.run(chosen)
        return code

    code = run("--cloud", f"http://127.0.0.1:{cloud}", "--mqtt", f"127.0.0.1:{cloud}", "--language", "zh-CN")
    said = capsys.readouterr().out
    assert "错误" in said
    assert "警告" in said
    assert "结果已保存" in said
    (file,) = tmp_path.glob("diagnosis_result_????-??-??-??:??:??.txt")
    assert "平台 HTTP" in file.read_text()
    assert code == (1 if "[FAIL]" in said else 0)
    for wrong, named in (("--mqtt", "--mqtt"), ("--cloud", "--cloud"), ("--internet", "'nowhere'")):
        assert run(wrong, "nowhere") == 2
        assert named in capsys.readouterr().out
