"""One town for each module: the tests of a module go through it in order."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.plugins.empty_databases import EmptyDatabases
from tests.scope.town import Town, running_town

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that use one town go to one worker: it takes longer to build than to visit."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        if item.path.parent == HERE and callspec is not None and "database_engine" in callspec.params:
            name = f"{item.path.stem} {callspec.params['database_engine']}"
            item.add_marker(pytest.mark.xdist_group(name))


@pytest.fixture(scope="module")
def town_url(
    database_engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """An empty database for all tests of the module."""
    if database_engine == "sqlite":
        file = tmp_path_factory.mktemp("town") / "linli.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    databases: EmptyDatabases = request.getfixturevalue("postgresql_databases")
    name = databases.take()
    yield databases.cluster.url(name)
    databases.give_back(name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(town_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with running_town(town_url, tmp_path_factory.mktemp("data")) as made:
        yield made
