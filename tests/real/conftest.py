from collections.abc import Iterator
from typing import Any

import pytest

from tests.engines import PostgreSQL, free_port
from tests.real.estate import Estate
from tests.real.fronts import Fronts
from tests.real.line import serving
from tests.real.platform import Installation

ONE = pytest.param("one process", marks=pytest.mark.xdist_group("sdk on one process"))
TLS = pytest.param("one process by TLS", marks=pytest.mark.xdist_group("sdk by TLS"))
SEVERAL = pytest.param("three fronts", marks=pytest.mark.xdist_group("sdk on three fronts"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """What the processes of a failed test wrote."""
    report: Any = yield
    if report.failed:
        used = getattr(item, "funcargs", {}).values()
        sites = {
            id(site): site for one in used for site in (one, getattr(one, "site", None)) if site is not None
        }
        for site in sites.values():
            for name in ("linli", "box"):
                if callable(log := getattr(getattr(site, name, None), "log", None)):
                    report.sections.append((f"log of {name}", log()))
    return report


@pytest.fixture(scope="session", params=[ONE, TLS, SEVERAL])
def estate(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """One installation for all tests of the device SDK; each has devices of its own."""
    folder = tmp_path_factory.mktemp("estate") / "data"
    folder.mkdir()
    auth_port = free_port()
    listens = {"LINLI_DEVICE_AUTH_PORT": str(auth_port)}
    linli: Installation
    if request.param != "three fronts":
        listens |= serving("tls") if "TLS" in request.param else {}
        linli = Installation(folder, more=listens)
    else:
        cluster: PostgreSQL = request.getfixturevalue("postgresql")
        cluster.run_sql("CREATE DATABASE estate")
        linli = Fronts.of(folder, cluster.url("estate"))
        linli.fronts[0].more |= listens
    try:
        if isinstance(linli, Fronts):
            linli.start_all()
        else:
            linli.start()
        made = Estate(linli, auth_port)
        yield made
        made.people.close()
    finally:
        linli.stop()
