"""The `database` fixture: every test gets a copy of a template, on SQLite and on PostgreSQL.

A template is built once a process with the whole schema. SQLite copies its file; PostgreSQL, where a copy takes
half a second, empties a used database. It is a private cluster, started when the first test asks for it.
`--database=sqlite` leaves it out.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from linli.kernel.clock import ManualClock, SystemClock
from linli.kernel.db import Database, open_database
from linli.kernel.db.partitions import create_all
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.ops.models import all_models
from tests.engines import PostgreSQL
from tests.plugins.empty_databases import EmptyDatabases

ENGINES = ("sqlite", "postgresql")
ROOMS_ON_SQLITE = (
    "tests/admin", "tests/app/test_handed_files.py", "tests/console", "tests/databus/test_amqp.py",
    "tests/databus/test_console.py", "tests/databus/test_consumer_code.py", "tests/databus/test_openapi.py",
    "tests/domains", "tests/openapi/test_console.py", "tests/openapi/test_gateway.py",
    "tests/openapi/test_public_client.py", "tests/openapi/test_samples.py", "tests/real", "tests/resident",
    "tests/scope", "tests/servicebus", "tests/things/batches", "tests/things/catalogue", "tests/things/debugging",
    "tests/things/desired", "tests/things/device_logs", "tests/things/gateways", "tests/things/groups",
    "tests/things/openapi", "tests/things/scripts", "tests/things/test_device_connections.py",
    "tests/things/test_devices.py", "tests/things/test_invoker.py", "tests/things/test_linkkit.py",
    "tests/things/test_products.py", "tests/things/test_registration.py",
)  # fmt: skip
"""Rules and routes on statements that both engines are asked anyway: plugins `statements` and `strict`, and
kernel/test_statements.

A test of what engines do each in their way (locks, races, lost races, plans of statements, what a killed process left)
says `@pytest.mark.engines("sqlite", "postgresql")` there. Elsewhere both is the rule; `--database=both` makes it the rule
everywhere."""
TEMPLATE = "linli_template"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=[*ENGINES, "all", "both"],
        default="all",
        help="engines for the database fixture",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the test once for each engine that matters to it; `@pytest.mark.engines("sqlite")` names them.

    Where one engine is asked for by `--database`, a test without the marker runs on it.
    """
    if "database_engine" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--database")
        marker = metafunc.definition.get_closest_marker("engines")
        room = metafunc.definition.path.relative_to(metafunc.config.rootpath).as_posix()
        engines = [e for e in (marker.args if marker else ENGINES) if wanted in (e, "all", "both")]
        if marker is None and wanted == "all" and room.startswith(ROOMS_ON_SQLITE):
            engines = ["sqlite"]
        metafunc.parametrize("database_engine", engines, scope="session")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A private PostgreSQL cluster without fsync, one a process. Its user `postgres` may do anything in it."""
    if reason := PostgreSQL.missing():
        pytest.skip(reason)
    with PostgreSQL.running() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the whole schema and no rows."""
    file = tmp_path_factory.mktemp("template") / "linli.db"
    asyncio.run(_build(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgresql_databases(postgresql: PostgreSQL) -> Iterator[EmptyDatabases]:
    """Databases with the whole schema and no rows."""
    postgresql.run_sql(f"CREATE DATABASE {TEMPLATE}")
    asyncio.run(_build(postgresql.url(TEMPLATE)))
    databases = EmptyDatabases(postgresql, TEMPLATE)
    yield databases
    databases.close()


@pytest.fixture
def database_url(database_engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an own, empty database: for tests that start the platform as a process."""
    if database_engine == "sqlite":
        file = tmp_path / "linli.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    databases: EmptyDatabases = request.getfixturevalue("postgresql_databases")
    name = databases.take()
    yield databases.cluster.url(name)
    databases.give_back(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database with the whole schema and no rows; the test runs once for each engine."""
    db = await open_database(database_url)
    try:
        yield db
    finally:
        await db.close()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at a working hour of today, so that today's partitions take its rows."""
    day_ms = 86_400_000
    return ManualClock(SystemClock().now_ms() // day_ms * day_ms + day_ms // 2)


@pytest.fixture
def ids(clock: ManualClock) -> Ids:
    return Ids(now_ms=clock.now_ms)


@pytest.fixture
def scope() -> Scope:
    """A worker's scope without a tenant. Tests of what a caller may see build the caller's own."""
    return Scope.system()


async def _build(url: str) -> None:
    all_models()
    db = await open_database(url)
    try:
        await create_all(db, SystemClock().now_ms())
    finally:
        await db.close()
