"""Third-party engines for tests, each started on 127.0.0.1 in a folder of its own and ended by its pid.

Nothing here installs anything: `./linli test` does that as root. What is missing is skipped with a reason.
"""

import contextlib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from tests.ports import LOOPBACK, free_port

START_LIMIT_S = 30.0
STOP_LIMIT_S = 15.0


def find_program(name: str) -> str:
    """Path of a program. Skips the test that needs it when it is not installed."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not found:
        pytest.skip(f"{name} is not installed (./linli test installs it as root)")
    return found


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once 127.0.0.1:port accepts. Raises RuntimeError with the log if the process ends or never does."""
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(
        f"{process.args!r} did not come up on port {port}:\n{log.read_text(errors='replace')[-2000:]}"
    )


def end(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    """Ask a process to stop, kill it if it does not."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class PostgreSQL:
    """A private PostgreSQL cluster. As root it runs as the user `postgres`, since it refuses to run as root.

    `durable=False` turns fsync off: right for tests of logic, wrong for tests that kill something.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self.port = 0
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def programs() -> Path | None:
        """The bin folder of the newest server installed, or None."""
        found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
        if found:
            return max(found, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0))
        initdb = shutil.which("initdb")
        return Path(initdb).resolve().parent if initdb else None

    @staticmethod
    def missing() -> str:
        """Why it cannot run here; empty when it can."""
        if PostgreSQL.programs() is None:
            return "PostgreSQL's server is not installed (./linli test installs it as root)"
        return ""

    @classmethod
    @contextmanager
    def running(cls, *, durable: bool = False) -> Iterator[Self]:
        """A fresh cluster that lives as long as the block."""
        folder = Path(tempfile.mkdtemp(prefix="linli-pg-"))
        try:
            cluster = cls(folder, durable=durable)
            cluster.create()
            cluster.start()
            try:
                yield cluster
            finally:
                cluster.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@{LOOPBACK}:{self.port}/{database}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def create(self) -> None:
        """Make the cluster's data folder."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        line = ["initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        with (self.folder / "initdb.log").open("wb") as log:
            made = self._spawn([*line, "--no-sync"], log.fileno()).wait()
        if made != 0:
            raise RuntimeError((self.folder / "initdb.log").read_text(errors="replace"))

    def start(self) -> None:
        """Start the server on a free port and wait until it accepts."""
        self.port = free_port()
        settings = {"max_connections": "300", "shared_buffers": "64MB", "unix_socket_directories": ""}
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        log = self.folder / "server.log"
        with log.open("ab") as out:
            line = ["postgres", "-D", "data", "-h", LOOPBACK, "-p", str(self.port), *options]
            self._process = self._spawn(line, out.fileno())
        wait_for_port(self.port, self._process, log)
        self._wait_ready()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: PostgreSQL's fast shutdown. SIGKILL leaves the cluster as a crash would."""
        if self._process is not None:
            end(self._process, how)
            self._process = None

    def run_sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement with psql; returns what it printed."""
        line = [self._program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement]
        done = subprocess.run([*line, self.url(database)], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def copy_database(self, template: str, name: str) -> str:
        """A new database with the tables of `template`, which must have no connections. Returns its URL."""
        self.run_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        self.run_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _wait_ready(self) -> None:
        # The port is open a little before the server takes queries.
        deadline = time.monotonic() + START_LIMIT_S
        while subprocess.run(
            [self._program("pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port)], timeout=30
        ).returncode:
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL accepts connections but not queries")
            time.sleep(0.02)

    def _spawn(self, line: list[str], out: int) -> subprocess.Popen[bytes]:
        identity = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        return subprocess.Popen(
            [self._program(line[0]), *line[1:]],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            **identity,  # type: ignore[arg-type]
        )

    @staticmethod
    def _program(name: str) -> str:
        folder = PostgreSQL.programs()
        if folder is None:
            pytest.skip(PostgreSQL.missing())
        return str(folder / name)


@contextmanager
def mosquitto(folder: Path, *settings: str) -> Iterator[int]:
    """A mosquitto broker that anybody on loopback may use; yields its port. `settings` are config lines."""
    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text("\n".join([f"listener {port} {LOOPBACK}", "allow_anonymous true", *settings, ""]))
    log = folder / "mosquitto.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [find_program("mosquitto"), "-c", str(config)], stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        wait_for_port(port, process, log)
        yield port
    finally:
        end(process)


class Haproxy:
    """A TCP balancer in front of several ports, one server each; which of them live it asks over HTTP (`/readyz`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lines = ["global", "  maxconn 8000", "defaults", "  timeout connect 2s", "  timeout check 2s"]
        self._process: subprocess.Popen[bytes] | None = None
        self._ports: list[int] = []

    def balance(self, name: str, servers: list[tuple[int, int]], *, http: bool = False) -> int:
        """Add a listener before `start`; its port. `servers`: (port, port whose /readyz says whether it lives)."""
        port = free_port()
        self._ports.append(port)
        idle = "1h" if not http else "60s"
        self._lines += [
            f"listen {name}",
            f"  bind {LOOPBACK}:{port}",
            f"  mode {'http' if http else 'tcp'}",
            f"  timeout client {idle}",
            f"  timeout server {idle}",
            f"  balance {'roundrobin' if http else 'leastconn'}",
            "  option httpchk GET /readyz",
            "  http-check expect status 200",
            "  option redispatch",
            "  retries 3",
        ]
        checked = "inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions"
        self._lines += [
            f"  server s{number} {LOOPBACK}:{server} check port {check} {checked}"
            for number, (server, check) in enumerate(servers)
        ]
        return port

    def start(self) -> None:
        config = self.folder / "haproxy.cfg"
        config.write_text("\n".join([*self._lines, ""]))
        log = self.folder / "haproxy.log"
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [find_program("haproxy"), "-db", "-f", str(config)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        for port in self._ports:
            wait_for_port(port, self._process, log)

    def stop(self) -> None:
        if self._process is not None:
            end(self._process)


CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
"""Quiet on a machine without a network, and runnable as root in CI."""


def chromium() -> str:
    """The browser's path for Playwright's `executable_path`. Skips the test when there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("Chromium is not installed (./linli test installs it as root)")


class S3rver:
    """An S3-compatible server that we did not write (npm's s3rver), with one empty bucket."""

    ACCESS_KEY, SECRET_KEY, BUCKET = "S3RVER", "S3RVER", "linli"
    PROGRAM = Path(__file__).resolve().parent / "s3rver" / "node_modules" / "s3rver" / "bin" / "s3rver.js"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def missing() -> str:
        """Why it cannot run here; empty when it can."""
        if shutil.which("node") is None:
            return "Node is not installed"
        if not S3rver.PROGRAM.exists():
            return "s3rver is not installed (./linli test installs it into tests/s3rver)"
        return ""

    @property
    def endpoint(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "s3rver.log"
        line = [
            "node", str(self.PROGRAM), "-d", str(self.folder / "buckets"), "-a", LOOPBACK, "-p", str(self.port),
            "-s", "--no-vhost-buckets", "--configure-bucket", self.BUCKET,
        ]  # fmt: skip
        with log.open("ab") as out:
            self._process = subprocess.Popen(line, stdout=out, stderr=out)
        wait_for_port(self.port, self._process, log)

    def stop(self) -> None:
        if self._process is not None:
            end(self._process)

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """A fresh server that lives as long as the block."""
        folder = Path(tempfile.mkdtemp(prefix="linli-s3-"))
        server = cls(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


class RabbitMQ:
    """A RabbitMQ node of its own on loopback, with an epmd of its own: nothing is left running, no service is touched.

    `auth_url`: where it asks for users that are not its own (rabbitmq_auth_backend_http); empty: nowhere. The node's own
    user is `linli`, password `secret`, who may do everything in the vhost `/`.
    """

    def __init__(self, folder: Path, auth_url: str = "") -> None:
        self.folder = folder
        self.auth_url = auth_url
        self.port = free_port()
        self._epmd_port = free_port()
        self._dist_port = free_port()
        self._epmd: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def program() -> Path | None:
        """The server's own start script: Debian's wrapper changes the user."""
        return next(iter(sorted(Path("/usr/lib/rabbitmq/lib").glob("*/sbin/rabbitmq-server"))), None)

    @classmethod
    @contextmanager
    def running(cls, auth_url: str = "") -> Iterator[Self]:
        """A node that lives as long as the block. Skips the test when RabbitMQ is not installed."""
        if cls.program() is None:
            pytest.skip("rabbitmq-server is not installed (./linli test installs it as root)")
        folder = Path(tempfile.mkdtemp(prefix="linli-rabbit-"))
        node = cls(folder, auth_url)
        try:
            node.start()
            yield node
        finally:
            node.stop()
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"amqp://linli:secret@{LOOPBACK}:{self.port}/"

    def start(self) -> None:
        """Start the node, or start it again after a stop or a kill, and wait until it accepts."""
        self._write_config()
        environment = self._environment()
        log = self.folder / "server.log"
        with log.open("ab") as out:
            if self._epmd is None:
                line = [
                    find_program("epmd"),
                    "-port",
                    str(self._epmd_port),
                    "-address",
                    LOOPBACK,
                    "-relaxed_command_check",
                ]
                self._epmd = subprocess.Popen(
                    line, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment
                )
                wait_for_port(self._epmd_port, self._epmd, log)
            program = self.program()
            assert program is not None
            self._process = subprocess.Popen(
                [str(program)], stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment,
                cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        wait_for_port(self.port, self._process, log)

    def control(self, line: str) -> None:
        """Run a line that begins with `rabbitmqctl`, as an operator of this node."""
        program = self.program()
        assert program is not None
        name, *words = shlex.split(line)
        done = subprocess.run(
            [str(program.with_name(name)), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self._environment(),
            cwd=self.folder,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def kill(self) -> None:
        """End the node as a power cut does."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
            deadline = time.monotonic() + STOP_LIMIT_S
            while time.monotonic() < deadline:  # the script is gone a little before the node that it started
                with socket.socket() as probe:
                    if probe.connect_ex((LOOPBACK, self.port)):
                        return
                time.sleep(0.02)

    def stop(self) -> None:
        self.kill()  # its folder goes with it: there is nothing to keep
        if self._epmd is not None:
            end(self._epmd)
            self._epmd = None

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin",
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "RABBITMQ_NODENAME": f"linli{self.port}@localhost",
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}"
            ),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
        }

    def _write_config(self) -> None:
        lines = [
            f"listeners.tcp.1 = {LOOPBACK}:{self.port}",
            "default_user = linli",
            "default_pass = secret",
            "vm_memory_high_watermark.absolute = 400MB",
            "disk_free_limit.absolute = 50MB",
            "auth_backends.1 = internal",
        ]
        if self.auth_url:
            lines += [
                "auth_backends.2 = http",
                "auth_http.http_method = post",
                *(f"auth_http.{what}_path = {self.auth_url}{what}" for what in ("user", "vhost", "resource", "topic")),
            ]  # fmt: skip
        (self.folder / "rabbitmq.conf").write_text("\n".join([*lines, ""]))
        plugins = "[rabbitmq_auth_backend_http]." if self.auth_url else "[]."
        (self.folder / "enabled_plugins").write_text(plugins)
