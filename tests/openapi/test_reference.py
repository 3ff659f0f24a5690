"""The API reference made from the real registry."""

import json
import subprocess

import pytest

from linli.app import rooms
from linli.openapi import document, reference, samples

SPECS = list(rooms.registry())


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.path}@{spec.version}")
def test_every_method_is_described(spec):
    for language in ("zh-CN", "en"):
        errors = reference.errors_of(spec, language)
        assert {error.code for error in errors} >= {"403", "429", "460"}
        assert all(error.message for error in errors)
    json.dumps(reference.envelope_example(spec))
    json.dumps(reference.answer_example(spec))
    assert all(field.name and field.type for field in reference.fields_of(spec.params))
    compile(samples.python(spec, "https://linli.test"), "sample", "exec")
    shell = samples.curl(spec, "https://linli.test")
    assert subprocess.run(["bash", "-n"], input=shell, text=True, check=False).returncode == 0


def test_versions_of_one_path_are_alternatives():
    made = document.document(rooms.registry(), title="t", version="1", server="http://linli.test")
    several = {spec.path for spec in SPECS if len(rooms.registry().versions(spec.path)) > 1}
    assert several
    for path in several:
        content = made["paths"][path]["post"]["requestBody"]["content"]
        assert len(content["application/json"]["schema"]["oneOf"]) == len(rooms.registry().versions(path))
    assert made["openapi"] == "3.1.0"
    json.dumps(made)
