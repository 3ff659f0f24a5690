"""Every method of the open API, tried in a sandbox with the parameters that the reference fills in."""

import json
from typing import Any

import httpx
import pytest

from linli.app import rooms
from linli.domains.sandbox.examples.by_method import WRITTEN
from linli.openapi import reference
from linli.servicebus import openapi as service_models
from tests.domains.sandbox.conftest import Desk

OTHERWISE: dict[str, tuple[int | str, str]] = {}
"""By path: (code, why the example cannot be answered with 200)."""
SERVED = {spec.key for spec in service_models.specs()}


async def ready(desk: Desk, browser: httpx.AsyncClient) -> dict[str, Any]:
    made = await browser.post("/sandbox")
    assert made.status_code == 201, made.text
    await desk.look_after()

    async def online() -> bool:
        state = (await browser.get("/sandbox")).json()["sandbox"]
        return all(device["online"] for device in state["devices"])

    await desk.until(online)
    state: dict[str, Any] = made.json()
    return state


@pytest.mark.engines("sqlite", "postgresql")
async def test_every_method_answers_in_the_sandbox(desk: Desk, browser: httpx.AsyncClient) -> None:
    state = await ready(desk, browser)
    listed = (await browser.get("/reference")).json()
    registry = rooms.registry()
    assert len(listed) == len(registry)
    bad = []
    for method in listed:
        await desk.clock.advance(1000)  # its key may make so many calls a second
        which = {"path": method["path"], "version": method["version"]}
        found = await browser.post("/sandbox/example", json=which)
        assert found.status_code == 200, f"{which}: {found.text}"
        example = found.json()
        assert example["communityId"] == state["communityId"]
        answer = await browser.post(
            "/sandbox/try", json={**which, "params": example["params"], "spends": example["spends"]}
        )
        assert answer.status_code == 200, f"{which}: {answer.text}"
        said = answer.json()
        body = json.loads(said["body"]) if said["status"] == 200 else {"code": said["status"]}
        code, _ = OTHERWISE.get(method["path"], (200, ""))
        spec = registry.get(method["path"], method["version"])
        assert spec is not None
        fits = {code}
        if spec.key in SERVED:  # a room may serve a model and want more than its document says
            fits |= reference.codes_of(spec) - {400, 460, 500, "400", "460", "500"}
        elif spec.key not in WRITTEN and (spec.path, "") not in WRITTEN:  # filled by the names of its fields
            fits |= reference.codes_of(spec) - {500, "500"}
        if body["code"] not in fits or said["ok"] != (body["code"] == 200):
            bad.append(f"{method['path']} {method['version']}: {example['params']} -> {said['body']}")
    assert not bad, "examples that do not work:\n" + "\n".join(bad)
