"""What the signed open API was asked is traced in the console: to the device, to its records, to each subscription."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.scope.cases import Chosen
from tests.scope.desk import Desk, open_desk
from tests.scope.recipes import RECIPES
from tests.scope.town import Lot, Town

INVOKE = "/cloud/thing/service/invoke", "1.0.2"
INSERT = "/data/model/data/insert", "1.0.0"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(town: Town, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with open_desk(town, tmp_path_factory.mktemp("desk")) as made:
        yield made


async def ask(desk: Desk, method: tuple[str, str], params: dict[str, Any], lot: Lot) -> str:
    """Call a method with the key of a lot; the request id of the answer."""
    town = desk.town
    await town.renew_tokens()
    await lot.project.caller.call(*method, params, cloudToken=lot.token)
    await town.platform.openapi.journal.flush()
    path, _ = method
    found = await desk.browsers["administrator"].get("/requests", params={"path": path, "limit": 1})
    return str(found.json()[0]["requestId"])


async def trace(desk: Desk, number: str, who: str = "administrator") -> dict[str, Any]:
    answer = await desk.browsers[who].get("/trace", params={"id": number})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.asyncio(loop_scope="module")
async def test_a_call_to_a_device_is_found_by_its_request(desk: Desk) -> None:
    lot = desk.town.lots["second"]
    recipe = RECIPES[INVOKE][0]
    request = await ask(desk, INVOKE, recipe(Chosen(lot)), lot)
    told = await trace(desk, request)
    assert (told["kind"], told["title"]) == ("request", " ".join(INVOKE))
    steps = [hop["step"] for hop in told["hops"]]
    assert steps[:2] == ["asked", "called"]
    assert steps[-1] == "answered"
    call = told["hops"][1]["facts"]["callId"]

    down = await trace(desk, call)
    assert down["kind"] == "down"
    assert down["hops"][0]["step"] == "asked"
    assert down["hops"][0]["facts"]["requestId"] == request
    # Who may not read the request log is not told of requests by a trace either.
    seen = (await trace(desk, call, "manager"))["hops"]
    assert [hop["step"] for hop in seen] == [hop["step"] for hop in down["hops"][1:]]
    assert seen[0]["facts"]["caller"].startswith("app:")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_record_is_found_by_the_request_that_wrote_it(desk: Desk) -> None:
    lot = desk.town.lots["first"]
    (recipe,) = RECIPES[INSERT][:1]
    request = await ask(desk, INSERT, recipe(Chosen(lot)), lot)
    hops = (await trace(desk, request))["hops"]
    (record,) = [hop for hop in hops if hop["step"] == "record"]
    assert record["facts"]["operate"] == "insert"
    # A push log names the message; its trace is that of what it follows from.
    told = await trace(desk, f"change-{record['facts']['changeId']}")
    assert told["id"] == request
    answer = await desk.browsers["outsider"].get("/trace", params={"id": request})
    assert answer.status_code == 404
