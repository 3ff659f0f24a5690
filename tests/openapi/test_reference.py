"""The reference made from the registry: valid OpenAPI, and samples that really call."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from linli.app import rooms
from linli.kernel.clock import SystemClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi import reference, samples, token_methods
from linli.openapi.registry import MethodSpec, Registry
from tests.openapi import sample_methods
from tests.openapi.house import Partner, Platform, Targets

SERVER = "https://linli.example"


@pytest.fixture(scope="module")
def registry() -> Registry:
    """Every method of the platform."""
    return rooms.registry()


def test_the_document_is_valid_openapi(registry: Registry) -> None:
    document = reference.document(registry, title="Linli", version="1.0", server=SERVER)
    OpenAPIV31SpecValidator(document).validate()
    assert set(document["paths"]) == {spec.path for spec in registry}
    for path, item in document["paths"].items():
        schema = item["post"]["requestBody"]["content"]["application/json"]["schema"]
        variants = schema.get("oneOf", [schema])
        versions = [v["properties"]["request"]["properties"]["apiVer"]["const"] for v in variants]
        assert versions == registry.versions(path)


def test_versions_of_a_path_exclude_each_other() -> None:
    methods = Registry()
    methods.add(sample_methods, token_methods)
    document = reference.document(methods, title="Linli", version="1.0", server=SERVER)
    schema = {
        **document["paths"]["/sample/echo"]["post"]["requestBody"]["content"]["application/json"]["schema"],
        "components": document["components"],
    }
    call = {"request": {"apiVer": "1.0.0"}, "params": {"iotId": "x"}}
    jsonschema.validate(call, schema, jsonschema.Draft202012Validator)
    for bad in ({"request": {"apiVer": "7"}, "params": {"iotId": "x"}}, {**call, "params": {"iotId": 5}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema, jsonschema.Draft202012Validator)


def test_every_method_is_described(registry: Registry) -> None:
    for spec in registry:
        assert spec.title, spec.key
        assert spec.title_en, spec.key
        for field in (*reference.fields_of(spec.params), *reference.fields_of(spec.result)):
            assert field.name, spec.key
            assert field.type, spec.key
        codes = [error.code for error in reference.errors_of(spec, "en")]
        assert {"403", "429", "460", "500"} <= set(codes)
        compile(samples.python(spec, SERVER), spec.path, "exec")
        assert spec.path in samples.curl(spec, SERVER)
        msgspec.json.encode(reference.answer_example(spec))


@pytest.fixture
async def partner(database: Database, ids: Ids) -> AsyncIterator[Partner]:
    platform = Platform(database, SystemClock(), ids, Secrets.random(), Settings(), Targets(), sample_methods)
    await platform.start()
    try:
        yield await platform.new_partner("partner", communities=(1,))
    finally:
        await platform.stop()


def spec_of(partner: Partner, path: str) -> MethodSpec:
    spec = partner.platform.api.registry.get(path, "1.0.0")
    assert spec is not None
    return spec


async def run(*command: str) -> Any:
    """The JSON that a program prints."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    told, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    return msgspec.json.decode(told)


@pytest.mark.covers("B004")
@pytest.mark.parametrize("path", ["/sample/echo", "/solution/community/paas/token/get"])
async def test_samples_run_as_they_stand(partner: Partner, tmp_path: Path, path: str) -> None:
    spec = spec_of(partner, path)
    if path == "/sample/echo":
        spec = msgspec.structs.replace(spec, token="none")
    for name, text, program in (
        ("call.sh", samples.curl(spec, partner.platform.url), "bash"),
        ("call.py", samples.python(spec, partner.platform.url), sys.executable),
    ):
        script = tmp_path / name
        script.write_text(text.replace("<AppKey>", partner.app_key).replace("<AppSecret>", partner.secret))
        told = await run(program, str(script))
        assert told["code"] == 200, told
