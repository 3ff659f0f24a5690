"""Residents invite visitors to their own houses, share or void the pass, and decide about those who ask at the gate."""

import pytest

from linli.domains.visitors.schemas import Guest
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.visits import Stay, VisitSettled

HOUR_MS = 3_600_000


@pytest.fixture
def invite(clock, village):
    now_ms = clock.now_ms()
    return {
        "houseId": village.house, "name": "来访客", "phone": "13900001111", "startsMs": now_ms,
        "endsMs": now_ms + 4 * HOUR_MS, "plate": "浙A12345", "people": 2, "reason": "做客",
    }  # fmt: skip


async def test_a_visitor_is_invited_listed_and_voided(owner, tenant, neighbour, village, invite):
    base = f"/communities/{village.community}/visits"
    made = (await owner.post(base, json=invite)).json()
    assert "/v/" in made["passUrl"]
    (row,) = (await owner.get(base)).json()["data"]
    assert (row["name"], row["state"], row["people"], row["plate"]) == ("来访客", "expected", 2, "浙A12345")
    assert (row["phone"], row["mine"], row["passUrl"]) == ("139****1111", True, made["passUrl"])
    (seen,) = (await tenant.get(base)).json()["data"]
    assert (seen["id"], seen["mine"]) == (row["id"], False)
    assert (await tenant.post(f"{base}/{row['id']}/void")).status_code == 404
    assert (await neighbour.get(base)).status_code == 404
    far = f"/communities/{village.far_community}/visits"
    assert (await neighbour.get(far)).json()["data"] == []
    assert (await neighbour.post(f"{far}/{row['id']}/void")).status_code == 404
    assert (await owner.post(f"{base}/{row['id']}/void")).status_code == 204
    (row,) = (await owner.get(base)).json()["data"]
    assert (row["state"], row["passUrl"]) == ("void", "")
    again = await owner.post(f"{base}/{row['id']}/void")
    assert (again.status_code, again.json()["code"]) == (409, VisitSettled.code)


async def test_what_is_wrong_is_named(owner, neighbour, village, invite):
    base = f"/communities/{village.community}/visits"
    for change, field in (
        ({"name": ""}, "name"), ({"phone": "12"}, "phone"), ({"plate": "?"}, "plate"), ({"people": 0}, "people"),
        ({"endsMs": 1}, "endTime"), ({"reason": "很" * 101}, "reason"),
    ):  # fmt: skip
        answer = await owner.post(base, json={**invite, **change})
        assert (answer.status_code, answer.json()["field"]) == (400, field), change
    for house in (village.other_house, village.far_house, village.unit):
        assert (await owner.post(base, json={**invite, "houseId": house})).status_code == 404
    assert (await owner.get(base)).json()["total"] == 0


async def test_who_names_a_house_at_the_gate_is_let_in_or_not(parts, owner, neighbour, village, clock):
    base = f"/communities/{village.community}/visits"
    now_ms, made = clock.now_ms(), {}
    async with parts.db.begin() as tx:
        for phone in ("13900002222", "13900003333"):
            guest = Guest(name="门口的人", phone=phone)
            made[phone] = await visits.ask(
                village.here.tenant,
                tx,
                Stay(
                    community_id=village.community,
                    house_id=village.house,
                    reason="送货",
                    starts_ms=now_ms,
                    ends_ms=now_ms + HOUR_MS,
                ),
                guest=guest,
                host_name="王",
                ids=parts.ids,
                now_ms=now_ms,
            )
    asked = list(made.values())
    for word in ("admit", "refuse"):
        far = f"/communities/{village.far_community}/visits/{asked[0]}/{word}"
        assert (await neighbour.post(far)).status_code == 404
    assert (await owner.post(f"{base}/{asked[0]}/admit")).status_code == 204
    assert (await owner.post(f"{base}/{asked[1]}/refuse")).status_code == 204
    states = {int(row["id"]): row["state"] for row in (await owner.get(base)).json()["data"]}
    assert states == {asked[0]: "expected", asked[1]: "refused"}
