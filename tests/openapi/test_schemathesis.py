"""Schemathesis on the generated OpenAPI file: no 5xx, and no answer that the file does not declare.

Every operation is called with generated values, with good values of which one is generated, and with values that break
the schema. `LINLI_SCHEMATHESIS_EXAMPLES` is the number of each for an operation: a few here, dozens before a release.
"""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from linli.app import rooms
from linli.openapi.document import document
from tests.openapi.described import DescribedTown, described_town

EXAMPLES = int(os.environ.get("LINLI_SCHEMATHESIS_EXAMPLES", "4"))
REGISTRY = rooms.registry()
DOCUMENT = document(REGISTRY, title="Linli", version="1", server="http://linli.test")
SPECS = {path: [spec for spec in REGISTRY if spec.path == path] for path in DOCUMENT["paths"]}
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
QUICK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)


pytestmark = pytest.mark.xdist_group("described")


@pytest.fixture(scope="module")
def described(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DescribedTown]:
    file = tmp_path_factory.mktemp("described") / "linli.db"
    shutil.copyfile(sqlite_template, file)
    with described_town(f"sqlite:///{file}", tmp_path_factory.mktemp("data")) as town:
        yield town


@pytest.fixture(scope="module")
def schema() -> Any:
    return schemathesis.openapi.from_dict(DOCUMENT)


def test_no_answer_is_a_catch_all() -> None:
    for path, item in DOCUMENT["paths"].items():
        responses = item["post"]["responses"]
        assert "default" not in responses, path
        *_, failure = [
            s
            for s in responses["200"]["content"]["application/json"]["schema"]["anyOf"]
            if s["title"] == "failure"
        ]
        assert failure["properties"]["code"]["enum"], path


@pytest.mark.parametrize("path", SPECS)
def test_good_values_succeed_as_declared(path: str, schema: Any, described: DescribedTown) -> None:
    """Comes first: what is generated deletes things."""
    for spec in SPECS[path]:
        case = schema[path]["POST"].Case(media_type="application/json")
        token = described.renew_token()
        request = {"apiVer": spec.version} | ({} if spec.token == "none" else {"cloudToken": token})
        params = described.good_params(spec, random.Random(1))
        case.body = {"id": "1", "version": "1.0", "request": request, "params": params}
        answer = case.call_and_validate(base_url=described.url, auth=described.signer, checks=CHECKS)
        assert answer.json()["code"] == 200, answer.text


@pytest.mark.parametrize("path", SPECS)
def test_every_answer_is_declared(path: str, schema: Any, described: DescribedTown) -> None:
    operation = schema[path]["POST"]
    token = described.renew_token()

    @QUICK
    @given(operation.as_strategy(), st.randoms(use_true_random=False))
    def generated(case: Any, chance: random.Random) -> None:
        _call(case, token)
        spec = chance.choice(SPECS[path])
        params = described.good_params(spec, chance)
        broken = case.body.get("params")
        if isinstance(broken, dict) and broken:
            name = chance.choice(sorted(broken))
            params = {**params, name: broken[name]}
        case.body = {**case.body, "request": {"apiVer": spec.version}, "params": params}
        _call(case, token)

    @QUICK
    @given(operation.as_strategy(GenerationMode.NEGATIVE))
    def against_the_schema(case: Any) -> None:
        _call(case, token)

    def _call(case: Any, token: str) -> None:
        body = case.body
        if isinstance(body, dict) and isinstance(body.get("request"), dict):
            case.body = {**body, "request": {**body["request"], "cloudToken": token}}
        answer = case.call(base_url=described.url, auth=described.signer)
        case.validate_response(answer, checks=CHECKS)
        if answer.content:
            assert answer.json()["code"] != 500, (case.body, answer.text)

    generated()
    against_the_schema()
