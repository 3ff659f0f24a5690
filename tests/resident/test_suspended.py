"""A community whose service does not run: its residents are told so, and nothing of it is shown, done or found."""

from linli.domains.communities.service import lifecycle
from linli.domains.people.queries.residence import CommunityClosed
from linli.kernel.scope import Caller, Scope

OPERATOR = Scope(None, Caller("operator", "root"))


async def test_a_suspended_community_says_so_and_opens_nothing(
    parts, clock, village, owner, newcomer, neighbour
):
    here = f"/communities/{village.community}"
    paths = [
        f"{here}/notices", f"{here}/visits", f"{here}/vehicles", f"/houses/{village.house}/members", f"{here}/form",
        f"{here}/spaces",
    ]  # fmt: skip
    for path in paths:
        assert (await owner.get(path)).status_code == 200, path
    async with parts.db.begin() as tx:
        await lifecycle.halt(
            OPERATOR, tx, community_id=village.community, state=lifecycle.SUSPENDED, reason="unpaid", words="",
            ids=parts.ids, now_ms=clock.now_ms(),
        )  # fmt: skip
    for path in paths:
        answer = await owner.get(path)
        assert (answer.status_code, answer.json()["code"]) == (409, CommunityClosed.code), path
        assert "suspended" in answer.json()["message"]
    invite = {
        "houseId": village.house,
        "name": "客",
        "startsMs": clock.now_ms(),
        "endsMs": clock.now_ms() + 60_000,
    }
    assert (await owner.post(f"{here}/visits", json=invite)).status_code == 409
    asked = await newcomer.post(
        f"{here}/houses/{village.other_house}/certification", json={"name": "新人", "type": 1}
    )
    assert (asked.status_code, asked.json()["code"]) == (409, CommunityClosed.code)
    (card,) = (await owner.get("/communities")).json()
    assert (card["mine"], card["suspended"]) == (False, True)
    assert (await newcomer.get(here)).json()["suspended"] is True
    found = (await newcomer.get("/communities", params={"q": "九龙站"})).json()
    assert [row["id"] for row in found] == [str(village.far_community)]
    (house,) = (await owner.get("/houses")).json()
    assert house["suspended"] is True
    assert (await owner.get("/session")).json()["houses"] == 0
    # Others' communities run on.
    assert (await neighbour.get(f"/communities/{village.far_community}/notices")).status_code == 200

    async with parts.db.begin() as tx:
        await lifecycle.resume(
            OPERATOR, tx, community_id=village.community, service_end="2035-01-01", ids=parts.ids,
            now_ms=clock.now_ms(),
        )  # fmt: skip
    for path in paths:
        assert (await owner.get(path)).status_code == 200, path
