"""One town for each module: the tests of a module go through it in order."""

import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.plugins.empty_databases import EmptyDatabases
from tests.scope.town import Town, running_town


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
