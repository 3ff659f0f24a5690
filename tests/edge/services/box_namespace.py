"""A box of its own network namespace with a real systemd-networkd, beside one where the cloud stands. Needs root.

Both are joined by cables (veth): at the other end of the box's `lan0` is the cloud, 10.249.24.1, its gateway; at that of
`lan1` is nobody; `wwan0` stands for a modem's card and leads to the cloud, too. All that runs in the box's namespace has
its own process namespace, whose end ends it too.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

from linli.edge.cloud import Identity, save_identity
from linli.protocols.edge_link import Activated, CloudAddress, DeviceKey, MqttAddress, NodeName

NETWORKD = "/usr/lib/systemd/systemd-networkd"
CLOUD = "10.249.24.1"
PORT = 8099
OLD = "10.249.24.9"
OPERATOR = "10.64.3.1"
"""The gateway behind the modem's card."""
OLD_FILE = (
    f"# by hand\n[Match]\nName=lan0\n[Network]\nAddress={OLD}/24\nGateway={CLOUD}\nIPv6AcceptRA=no\n".encode()
)
PATIENCE_S = 60.0
_POLICY = (
    '<busconfig><policy user="root"><allow own="org.freedesktop.ModemManager1"/>'
    '<allow send_destination="org.freedesktop.ModemManager1"/></policy></busconfig>'
)
_START = f"""
set -e
umask 022
mount -o remount,ro /sys 2>/dev/null || mount -t sysfs -o ro sysfs /sys
mkdir -p /etc/systemd/network
mount --bind "$1" /etc/systemd/network
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/netif /run/systemd/network /run/dbus
chown -R systemd-network: /run/systemd/netif 2>/dev/null || true
mkdir -p /etc/dbus-1/system.d
mount -t tmpfs tmpfs /etc/dbus-1/system.d
echo '{_POLICY}' > /etc/dbus-1/system.d/modem.conf
dbus-daemon --config-file=/usr/share/dbus-1/system.conf --nofork --nopidfile &
while [ ! -S /run/dbus/system_bus_socket ]; do sleep 0.02; done
{NETWORKD} &
wait
"""

ROOT = Path(__file__).parents[3]


def missing() -> str:
    """Why there can be none here; empty: there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    needed = ("ip", "unshare", "nsenter", "networkctl", "dbus-daemon", "mount")
    absent = [name for name in needed if shutil.which(name) is None]
    absent += [] if Path(NETWORKD).exists() else ["systemd-networkd"]
    if absent:
        return f"{', '.join(absent)} is not installed"
    probe = subprocess.run(["unshare", "-m", "-n", "-p", "-f", "true"], capture_output=True)
    return "" if probe.returncode == 0 else "this machine lets no namespaces be made"


def until(state: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not state():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def child_of(process: subprocess.Popen[bytes]) -> int:
    """What `unshare` and `nsenter` run lies in their process namespace, so it is a child of theirs."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until(lambda: children.read_text().split(), "it runs nothing")
    return int(children.read_text().split()[0])


class BoxNamespace:
    def __init__(self, folder: Path) -> None:
        mark = token_hex(3)
        self.name, self.cloud_name = f"box-{mark}", f"cloud-{mark}"
        self.folder, self.home, self.site = folder / "network", folder / "home", folder / "www"
        for place in (self.folder, self.home, self.site):
            place.mkdir()
        folder.chmod(0o755)
        old = self.folder / "10-old.network"
        old.write_bytes(OLD_FILE)
        old.chmod(0o644)  # networkd's user reads it, whatever umask a command left in this process
        (self.site / "healthz").write_text("ok")
        self._running: list[subprocess.Popen[bytes]] = []
        self.inside = 0

    def start(self) -> None:
        ip = self._ip
        ip("netns", "add", self.name)
        ip("netns", "add", self.cloud_name)
        for card, peer in (("lan0", "c0"), ("lan1", "c1"), ("wwan0", "c2")):
            end = ["peer", "name", peer, "netns", self.cloud_name]
            ip("-n", self.name, "link", "add", card, "type", "veth", *end)
            ip("-n", self.cloud_name, "link", "set", peer, "up")
        ip("-n", self.name, "link", "set", "lo", "up")
        ip("-n", self.cloud_name, "address", "add", f"{CLOUD}/24", "dev", "c0")
        ip("-n", self.cloud_name, "link", "set", "lo", "up")
        ip("-n", self.cloud_name, "address", "add", f"{CLOUD}/32", "dev", "lo")  # also when that cable is cut
        ip("-n", self.cloud_name, "address", "add", f"{OPERATOR}/30", "dev", "c2")
        alone = ["unshare", "-m", "-p", "-f", "--kill-child", "--mount-proc", "--propagation", "private"]
        start = ["sh", "-c", _START, "sh", str(self.folder)]
        outer = self._begin(["ip", "netns", "exec", self.name, *alone, *start])
        self.inside = child_of(outer)
        until(lambda: self.has(OLD), "networkd did not set the first address")

    def stop(self) -> None:
        if self.inside:
            os.kill(self.inside, signal.SIGKILL)  # and with it all that runs there
        for process in self._running:
            process.kill()
            process.wait()
        for name in (self.name, self.cloud_name):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)

    def activate(self) -> None:
        activated = Activated(
            node=NodeName(id="n1", name="box"),
            device=DeviceKey(product_key="a1", device_name="box", device_secret="0" * 32),
            mqtt=MqttAddress(host=CLOUD, port=1883),
            cloud=CloudAddress(base_url=f"http://{CLOUD}:{PORT}"),
        )
        save_identity(self.home, Identity(serial_number="SN-1", activated=activated, activated_ms=0))

    def serve(self) -> None:
        """The cloud's `/healthz` from now on."""
        line = [
            sys.executable,
            "-m",
            "http.server",
            "--bind",
            CLOUD,
            "--directory",
            str(self.site),
            str(PORT),
        ]
        self._begin(["ip", "netns", "exec", self.cloud_name, *line])

    def lease(self, address: str) -> None:
        """The cloud's end of the cable gives this address by DHCP from now on."""
        program = Path(__file__).with_name("dhcp_server.py")
        line = [sys.executable, str(program), "c0", CLOUD, address]
        self._begin(["ip", "netns", "exec", self.cloud_name, *line])

    def linli(self, *words: str) -> subprocess.Popen[bytes]:
        """`linli edge …` on the box."""
        line = [sys.executable, "-m", "linli.cli", "edge", *words, "--home", str(self.home)]
        return self._begin(["nsenter", "-t", str(self.inside), "-m", "-n", "-p", *line])

    def python(self, *words: str) -> subprocess.Popen[bytes]:
        """A program beside the box."""
        return self._begin(["nsenter", "-t", str(self.inside), "-m", "-n", "-p", sys.executable, *words])

    def cut(self) -> None:
        """The cable of `lan0` is pulled out at its other end."""
        self._ip("-n", self.cloud_name, "link", "set", "c0", "down")

    def has(self, address: str) -> bool:
        return f" {address}/24 " in self._ip("-n", self.name, "-4", "-o", "address", "show")

    def routes(self) -> list[str]:
        return [line.strip() for line in self._ip("-n", self.name, "-4", "route").splitlines()]

    def files(self) -> dict[str, bytes]:
        return {place.name: place.read_bytes() for place in self.folder.iterdir()}

    def _begin(self, line: list[str]) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if name not in ("LANG", "LC_ALL")}
        environment["PYTHONPATH"] = str(ROOT)  # the namespace begins in a folder of its own
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
        )
        self._running.append(process)
        return process

    def _ip(self, *words: str) -> str:
        return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


@contextlib.contextmanager
def box_namespace(folder: Path) -> Iterator[BoxNamespace]:
    before = os.umask(0o022)  # a command that ran in this process may have left another
    try:
        box = BoxNamespace(folder)
        try:
            box.start()
            yield box
        finally:
            box.stop()
    finally:
        os.umask(before)
