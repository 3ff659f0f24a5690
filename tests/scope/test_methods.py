"""Every registered method: own ids work; one foreign id is answered like one that does not exist and changes nothing.

Generated: the cases come from the registry and from the ids that each recipe reads. Foreign is a row of another tenant,
and a row of a community of the same tenant that the caller's project was not granted.
"""

import json
from typing import Any

import pytest

from linli.app import rooms
from linli.openapi.registry import MethodSpec
from tests.campaigns.caller import Answer
from tests.scope.cases import Chosen, absent, without
from tests.scope.dump import changes, dump, still
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
