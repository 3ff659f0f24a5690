"""Every registered method: own ids work, on both engines; one foreign id is answered like one that does not exist and
changes nothing. Device, project, data and subscription methods also fail in the words that the specification has for it
(`named_errors`).

Generated: the cases come from the registry and from the ids that each recipe reads. Foreign is a row of another tenant,
and a row of a community of the same tenant that the caller's project was not granted.
"""

import json
from typing import Any

import pytest

from linli.app import rooms
from linli.databus import subscriptions
from linli.kernel import tenancy
from linli.kernel.errors import NotFound, Unavailable
from linli.openapi.registry import MethodSpec
from tests.campaigns.caller import Answer
from tests.scope.cases import Chosen, absent, without
from tests.scope.dump import changes, dump, still
from tests.scope.named_errors import (
    BEYOND,
    FORBIDDEN,
    NO_ROUTE,
    OF_ANY_TYPE,
    PARTS,
    PARTS_OF_B,
    ROWS,
    malformed,
)
from tests.scope.recipes import RECIPES, Recipe
from tests.scope.town import OF_THE_TENANT, Lot, Town

METHODS = {(spec.path, spec.version): spec for spec in rooms.registry()}
STRANGERS = ("foreign", "neighbour")


def test_every_method_has_a_recipe() -> None:
    missing = [f"{path} {version}" for path, version in METHODS if (path, version) not in RECIPES]
    assert not missing, "add recipes in tests/scope/recipes.py"
    assert not RECIPES.keys() - METHODS.keys(), "recipes of methods that are not registered"


async def _call(spec: MethodSpec, recipe: Recipe, chosen: Chosen, lot: Lot) -> Answer:
    params = recipe(chosen)
    token = "" if spec.token == "none" else chosen.token
    answer: Answer = await lot.project.caller.call(spec.path, spec.version, params, cloudToken=token)
    return answer


def _plain(answer: Answer, value: Any) -> tuple[int, str, str]:
    """The answer without the envelope's id and without the id asked for."""
    body = {key: said for key, said in answer.body.items() if key != "id"}
    return answer.status, answer.refusal, without(value, json.dumps(body, sort_keys=True, ensure_ascii=False))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("path", "version"), METHODS, ids=lambda part: part)
async def test_a_foreign_id_is_an_absent_one(town: Town, path: str, version: str) -> None:
    spec = METHODS[path, version]
    first, second = town.lots["first"], town.lots["second"]
    for recipe in RECIPES.get((path, version), []):
        await town.renew_tokens()
        own = Chosen(first)
        answer = await _call(spec, recipe, own, first)
        assert answer.ok, f"with own ids: {answer}"
        await town.renew_tokens()
        before = await still(town)
        for name in sorted(own.used):
            nobody = absent(getattr(second, name))
            none = _plain(await _call(spec, recipe, Chosen(second, **{name: nobody}), second), nobody)
            for whose in STRANGERS:
                if whose == "neighbour" and name in OF_THE_TENANT:
                    continue
                theirs = getattr(town.lots[whose], name)
                answer = await _call(spec, recipe, Chosen(second, **{name: theirs}), second)
                assert _plain(answer, theirs) == none, f"{name} of {whose} is told from an absent one"
        assert changes(before, await dump(town)) == [], (
            f"one of {sorted(own.used)}, foreign, changed something"
        )
        answer = await _call(spec, recipe, Chosen(second), second)
        assert answer.ok, f"with own ids of the second lot: {answer}"


@pytest.mark.engines("postgresql")
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("path", "version"), METHODS, ids=lambda part: part)
async def test_it_works_on_the_other_engine(town: Town, path: str, version: str) -> None:
    """What an absent id is answered is decided by the same statements: PostgreSQL prepares those of the test above."""
    first = town.lots["first"]
    for recipe in RECIPES.get((path, version), []):
        await town.renew_tokens()
        answer = await _call(METHODS[path, version], recipe, Chosen(first), first)
        assert answer.ok, f"with own ids: {answer}"


def test_every_method_of_these_parts_has_a_row_of_named_errors() -> None:
    of_these = {key for key in METHODS if key[0].startswith(PARTS + PARTS_OF_B)}
    assert of_these == ROWS.keys(), "add or drop rows in tests/scope/named_errors.py"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("path", "version"), ROWS, ids=lambda part: part)
async def test_it_fails_in_the_words_of_the_specification(
    town: Town, path: str, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, spec = town.lots["first"], METHODS[path, version]
    await town.renew_tokens()
    params = RECIPES[path, version][0](Chosen(first))
    token = "" if spec.token == "none" else first.token

    async def says(params: dict[str, Any], version: str = version) -> tuple[Any, ...]:
        said = (await first.project.caller.call(path, version, params, cloudToken=token)).body
        return said["code"], said["message"], said["localizedMsg"]

    assert await says(params, "9.9.9") == NO_ROUTE
    for name, value in params.items():
        if name in OF_ANY_TYPE and isinstance(value, dict):
            continue
        for wrong in [malformed(value), *([BEYOND[name]] if name in BEYOND else [])]:
            code, message, _ = await says({**params, name: wrong})
            assert code in (400, 460), (name, wrong, message)
            assert name in message, "the field is not named"
    for case in ROWS[path, version]:
        with monkeypatch.context() as patch:
            if case.how == "busy":
                for name in ("fetch_row", "fetch_rows"):
                    patch.setattr(type(town.platform.db), name, _fails(Unavailable()))
            elif case.how == "tenant":
                patch.setattr(tenancy, "get_tenant", _fails(NotFound(what="tenant")))
            elif case.how == "full":
                patch.setattr(subscriptions, "MAX_PER_KEY", 0)
            assert await says({**params, **case.params}) == case.says, case.how
    others = [one for one in town.platform.openapi.registry.services() if one != spec.service]
    async with town.grants(first, others):
        assert await says(params) == FORBIDDEN
    good = RECIPES[path, version][0](Chosen(first))
    if path in UNDONE_BY:  # the test before may have done it already
        await first.project.caller.call(*UNDONE_BY[path], good, cloudToken=token)
    if path in MADE_ANEW_BY:
        making, params, name = MADE_ANEW_BY[path]
        good[name] = (await first.project.caller.ok(making, "1.0.0", params))[name]
    assert (await says(good))[0] == 200


UNDONE_BY = {
    "/project/device/unbind": ("/project/device/bind", "1.0.0"),
    "/solution/community/paas/device/remove": ("/solution/community/paas/device/add", "1.0.2"),
}
"""What must be done before it can be done again."""
MADE_ANEW_BY = {
    "/message/subscription/delete": (
        "/message/subscription/create", {"kind": "sse", "name": "short-lived"}, "subscriptionId",
    ),
}  # fmt: skip
"""What makes another of what the test before may have deleted: path, params, and the parameter for its id."""


def _fails(error: Exception) -> Any:
    async def call(*_: Any, **__: Any) -> Any:
        raise error

    return call
