"""Every registered method: own ids work; one foreign id is answered like one that does not exist and changes nothing.

Generated: the cases come from the registry and from the ids that each recipe reads. Foreign is a row of another tenant,
and a row of a community of the same tenant that the caller's project was not granted.
"""

import json
import random
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from linli.app import rooms
from linli.kernel.ids import Ids
from linli.openapi.registry import MethodSpec
from tests.campaigns.caller import Answer
from tests.plugins.empty_databases import EmptyDatabases
from tests.scope.dump import changes, dump
from tests.scope.recipes import RECIPES, Recipe
from tests.scope.town import IDS, OF_THE_TENANT, Lot, Town, running_town

METHODS = {(spec.path, spec.version): spec for spec in rooms.registry()}
STRANGERS = ("foreign", "neighbour")
_absent = Ids(random.Random(5))


@pytest.fixture(scope="module")
def town_url(
    database_engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """An empty database for all tests of this module."""
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


class Chosen:
    """A lot as a recipe reads it: notes which ids are used, and may have one of them replaced."""

    def __init__(self, lot: Lot, **instead: Any) -> None:
        self._lot = lot
        self._instead = instead
        self.used: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        if name in IDS:
            self.used.add(name)
        return self._instead.get(name, getattr(self._lot, name))


def absent(value: Any) -> Any:
    """An id of the same shape that nothing has."""
    if isinstance(value, int):
        return 8_000_000_000_000_000 + _absent.number() % 10**12
    if "/" in value:  # a key of the object store: the folder belongs to the tenant
        folder, _, rest = value.partition("/")
        return f"{folder}/{rest[:8]}{_absent.hex(32)}/{rest.rpartition('/')[2]}"
    kept = 2 if value.startswith("50") else 0
    return value[:kept] + "".join(_absent.token(1, _like(char)) for char in value[kept:])


def _like(char: str) -> str:
    if char.isdigit():
        return "0123456789"
    return "abcdef" if char.islower() else "ABCDEF" if char.isupper() else char


async def _call(town: Town, spec: MethodSpec, recipe: Recipe, chosen: Chosen, lot: Lot) -> Answer:
    params = recipe(chosen)
    request = {} if spec.token == "none" else {"cloudToken": chosen.token}
    if spec.token == "none":
        request = {"cloudToken": ""}
    answer: Answer = await lot.project.caller.call(spec.path, spec.version, params, **request)
    return answer


def _plain(answer: Answer, value: Any) -> tuple[int, str, str]:
    """The answer without the envelope's id and without the id asked for."""
    body = {key: said for key, said in answer.body.items() if key != "id"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return answer.status, answer.refusal, re.sub(rf"(?<!\w){re.escape(str(value))}(?!\w)", "<id>", text)


async def _still(town: Town) -> Any:
    """The tables once nothing is under way any more."""
    before = await dump(town)
    while (now := await dump(town)) != before:
        before = now
    return now


def test_every_method_has_a_recipe() -> None:
    missing = [f"{path} {version}" for path, version in METHODS if (path, version) not in RECIPES]
    assert not missing, "add recipes in tests/scope/recipes.py"
    assert not RECIPES.keys() - METHODS.keys(), "recipes of methods that are not registered"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("path", "version"), METHODS, ids=lambda part: part)
async def test_a_foreign_id_is_an_absent_one(town: Town, path: str, version: str) -> None:
    spec = METHODS[path, version]
    for recipe in RECIPES.get((path, version), []):
        await town.renew_tokens()
        first, second = town.lots["first"], town.lots["second"]
        own = Chosen(first)
        answer = await _call(town, spec, recipe, own, first)
        assert answer.ok, f"with own ids: {answer}"
        await town.renew_tokens()
        before = await _still(town)
        for name in sorted(own.used):
            nobody = absent(getattr(second, name))
            none = _plain(await _call(town, spec, recipe, Chosen(second, **{name: nobody}), second), nobody)
            for whose in STRANGERS:
                if whose == "neighbour" and name in OF_THE_TENANT:
                    continue
                theirs = getattr(town.lots[whose], name)
                foreign = Chosen(second, **{name: theirs})
                said = _plain(await _call(town, spec, recipe, foreign, second), theirs)
                assert said == none, f"{name} of {whose} is told from an absent one"
            assert changes(before, await dump(town)) == [], f"a foreign {name} changed something"
        answer = await _call(town, spec, recipe, Chosen(second), second)
        assert answer.ok, f"with own ids of the second lot: {answer}"
