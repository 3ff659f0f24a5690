"""A tariff by the console: drafted, tried, held against its cases, published, and kept as it was."""

from typing import Any

import pytest

from linli.app.events import to_rooms
from linli.console.parts import Parts
from linli.domains.communities.service import pois
from tests.console.conftest import Browser, administrator, browser, parts
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_console import approved, with_proof

__all__ = ["administrator", "browser", "parts", "with_proof"]

TARIFFS = "/parking-tariffs"
ALL = ["workday", "weekend", "holiday"]


def draft(**other: Any) -> dict[str, Any]:
    segment = {
        "begins": "00:00",
        "ends": "24:00",
        "first": {"minutes": 60, "fen": 500},
        "further": {"minutes": 30, "fen": 200},
    }
    plans = [{"days": ALL, "segments": [segment]}]
    return {"classes": [{"vehicleClass": "", "plans": plans}], "freeMinutes": 30, "dayCapFen": 3000, **other}


LATE = draft(
    classes=[
        {
            "vehicleClass": "",
            "plans": [
                {
                    "days": ALL,
                    "segments": [{"begins": "24:00", "ends": "25:00", "further": {"minutes": 5, "fen": 1}}],
                }
            ],
        }
    ]
)


def case(fen: int, **other: Any) -> dict[str, Any]:
    times = {"enters": "2026-12-01T08:00", "leaves": "2026-12-01T10:00"}
    return {"name": "两小时", **times, "fen": fen, **other}


@pytest.fixture
async def community(parts: Parts, administrator: Browser) -> int:
    to_rooms(parts.db.handlers)
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    return int((await approved(administrator))["id"])


@pytest.fixture
async def tariff(administrator: Browser, community: int) -> str:
    body = {"communityId": community, "name": "地下车库", "draft": draft()}
    made = await administrator.post(TARIFFS, json=body)
    assert made.status_code == 201, made.text
    return f"{TARIFFS}/{made.json()['id']}"


async def save(desk: Browser, at: str, *cases: dict[str, Any], **changed: Any) -> None:
    body = {"name": "地下车库", "draft": draft(**changed), "cases": list(cases)}
    answer = await desk.put(at, json=body)
    assert answer.status_code == 204, answer.text


async def test_a_draft_becomes_a_version_when_it_agrees_with_its_cases(
    administrator: Browser, tariff: str
) -> None:
    none = await administrator.post(f"{tariff}/publish")
    assert (none.status_code, none.json()["field"]) == (400, "cases")
    await save(administrator, tariff, case(1_000), case(900, name="合理"))
    view = (await administrator.get(tariff)).json()
    assert [(one["passes"], one["fee"]["fen"]) for one in view["verdicts"]] == [(False, 900), (True, 900)]
    refused = await administrator.post(f"{tariff}/publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "tariff.cases_fail")
    assert "两小时" in refused.json()["message"]

    await save(administrator, tariff, case(900))
    published = await administrator.post(f"{tariff}/publish")
    assert published.json() == {"version": 1}
    await save(administrator, tariff, case(700), freeDeducted=True)
    (line,) = (await administrator.get(TARIFFS)).json()["data"]
    assert (line["version"], line["isChanged"]) == (1, True)
    assert (await administrator.post(f"{tariff}/publish")).json() == {"version": 2}
    view = (await administrator.get(tariff)).json()
    assert [(one["version"], one["tariff"].get("freeDeducted", False)) for one in view["versions"]] == [
        (2, True),
        (1, False),
    ]
    kept = await administrator.delete(tariff)
    assert (kept.status_code, kept.json()["code"]) == (409, "tariff.published")
    number = tariff.rpartition("/")[2]
    at = f"/communities/{view['communityId']}/history"
    history = (await administrator.get(at, params={"kind": "parking_tariff", "target": number})).json()
    assert [one["action"] for one in history["data"]] == [
        "published", "changed", "published", "changed", "changed", "created",
    ]  # fmt: skip


async def test_a_stay_is_tried_line_by_line(administrator: Browser, tariff: str) -> None:
    stay = {
        "enters": "2026-12-01T08:00",
        "leaves": "2026-12-01T10:00",
        "coupons": [{"kind": "fen", "value": 100}],
    }
    fee = (await administrator.post(f"{tariff}/try", json={"draft": draft(), "stay": stay})).json()
    assert fee["fen"] == 800 == sum(line["fen"] for line in fee["lines"])
    assert [(line["kind"], line["fen"]) for line in fee["lines"]] == [
        ("first", 500),
        ("further", 400),
        ("coupon", -100),
    ]
    assert (await administrator.get(tariff)).json()["cases"] == []


async def test_holidays_are_the_communitys_own(administrator: Browser, community: int, tariff: str) -> None:
    at = f"/parking-calendars/{community}"
    days = {"holidays": ["2026-12-01"], "workdays": ["2026-12-05"]}
    assert (await administrator.put(at, json=days)).status_code == 204
    assert (await administrator.get(at)).json() == days
    both = await administrator.put(at, json={"holidays": ["2026-12-05"], "workdays": ["2026-12-05"]})
    assert (both.status_code, both.json()["field"]) == (400, "workdays")
    free = draft()
    (plan,) = free["classes"][0]["plans"]
    holiday = {
        "days": ["holiday"],
        "segments": [{"begins": "00:00", "ends": "24:00", "further": {"minutes": 60, "fen": 0}}],
    }
    free["classes"][0]["plans"] = [{**plan, "days": ALL[:2]}, holiday]
    stay = {"enters": "2026-12-01T08:00", "leaves": "2026-12-01T10:00"}
    assert (await administrator.post(f"{tariff}/try", json={"draft": free, "stay": stay})).json()["fen"] == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"freeMinutes": -1}, "freeMinutes"),
        ({"dayCapFen": 10_000_000}, "dayCapFen"),
        ({"dayBounds": "from_entry", "sharedDayCap": True}, "sharedDayCap"),
        ({"classes": []}, "classes"),
    ],
)
async def test_what_leaves_a_price_open_is_named(
    administrator: Browser, tariff: str, changed: dict[str, Any], field: str
) -> None:
    await save(administrator, tariff, case(900), **changed)  # a draft may be half done
    view = (await administrator.get(tariff, headers={"Accept-Language": "zh-CN"})).json()
    assert [one["field"] for one in view["faults"]] == [field]
    assert not view["faults"][0]["message"].startswith("rule.")
    refused = await administrator.post(f"{tariff}/publish")
    assert (refused.status_code, refused.json()["field"]) == (400, field)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"draft": draft(), "stay": {"enters": "yesterday", "leaves": "2026-12-01T10:00"}}, "enters"),
        ({"draft": draft(), "stay": {"enters": "2026-12-01T10:00", "leaves": "2026-12-01T08:00"}}, "leaves"),
        ({"draft": draft(), "stay": {"enters": "2026-12-01T10:00Z", "leaves": "2026-12-01T12:00"}}, "enters"),
        ({"draft": draft(), "stay": {"enters": "2026-12-01T10:00", "leaves": "2099-12-01T12:00"}}, "leaves"),
        ({"draft": LATE, "stay": {"enters": "2026-12-01T10:00", "leaves": "2026-12-01T12:00"}}, "begins"),
    ],
)  # fmt: skip
async def test_a_stay_or_hours_that_are_none_are_refused_by_field(
    administrator: Browser, tariff: str, body: dict[str, Any], field: str
) -> None:
    answer = await administrator.post(f"{tariff}/try", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_a_draft_goes_and_another_companys_is_not_there(administrator: Browser, tariff: str) -> None:
    assert (await administrator.delete(tariff)).status_code == 204
    assert (await administrator.get(tariff)).status_code == 404
    assert (await administrator.get(f"{TARIFFS}/1")).status_code == 404
    foreign = {"communityId": 999_999, "name": "x", "draft": draft()}
    assert (await administrator.post(TARIFFS, json=foreign)).status_code in (403, 404)
