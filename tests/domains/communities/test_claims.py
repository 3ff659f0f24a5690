"""From the first look at the catalogue to the end of the service, as the pages do it. Spec A §1.1 (ONB-04..18), PM-05."""

import io
import json
import zipfile
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from linli.app.housekeeping import Housekeeping
from linli.domains.communities.events import ResidentPageAsked
from linli.domains.communities.service import details, lifecycle, pois
from linli.domains.notifications.room import NotificationsRoom
from linli.domains.payments.handlers import resident_page_asked
from linli.domains.people.service import company_data as organisation_data
from linli.domains.people.service import messages, sms_outbox
from linli.domains.people.service.sms_outbox import OutboxSms
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.scope import Scope
from linli.kernel.settings import SignIn, Support
from tests.console.conftest import Browser, administrator, browser, codes_sent, worker  # noqa: F401 - fixtures
from tests.console.conftest import parts as console_parts  # noqa: F401 - a fixture
from tests.domains.accounts.test_registration import CONTRACT, MATE, OWNER, register
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_openapi_communities import picture

CLAIM = {
    "poid": "B000000001", "name": "桂花城", "address": "紫荆花路1号", "serviceStart": "2020-01-01",
    "serviceEnd": "2020-12-31", "managingBody": "绿源物业", "bodyKind": "property", "phone": "0571-88886666",
}  # fmt: skip
DAY_MS = 86_400_000
NO_PLACES: dict[str, Any] = {"places": [], "provider": "off"}


@pytest.fixture
def parts(console_parts):  # noqa: F811
    settings = msgspec.structs.replace(
        console_parts.settings,
        support=Support(group="12345678", hours="9-18"),
        sign_in=SignIn(registration="open"),
    )
    console_parts.db.handlers.inline(ResidentPageAsked, resident_page_asked)
    return type(console_parts)(**{**vars(console_parts), "settings": settings})


@pytest.fixture
async def owner(parts, administrator, worker):  # noqa: F811
    """The administrator of a company that founded itself and signed; the operator is `administrator`."""
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    async with Browser(parts, address="198.51.100.30") as browser:  # noqa: F811
        await register(browser, parts, worker)
        mate = {"name": "孙杰", "phone": MATE}
        await browser.post("/first-use/organisation", json={"name": "绿源物业", "members": [mate]})
        await browser.put("/organisation/contract", json=CONTRACT)
        yield browser


async def upload(browser: Browser, size: tuple[int, int] = (1, 1)) -> str:  # noqa: F811
    content = picture() if size == (1, 1) else png(*size)
    sent = await browser.post("/uploads", files={"file": ("p.png", content, "image/png")})
    assert sent.status_code == 201, sent.text
    return str(sent.json()["uploadId"])


def png(width: int, height: int) -> bytes:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x33\x66\xcc" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


async def claim(browser: Browser, **said: Any) -> str:  # noqa: F811
    body = {**CLAIM, "certificates": [await upload(browser)], **said}
    made = await browser.post("/communities", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def managed(owner: Browser, operator: Browser, **said: Any) -> str:
    number = await claim(owner, **said)
    assert (await operator.post(f"/communities/{number}/approve")).status_code == 200
    return number


@pytest.mark.covers("ONB-04", "ONB-05", "ONB-14", "ONB-15", "B012")
async def test_a_claim_with_its_proofs_is_reviewed_corrected_and_withdrawn(parts, owner, administrator):  # noqa: F811
    found = (await owner.get("/pois", params={"q": "桂花城", "city": "杭州"})).json()["places"]
    assert [poi["poid"] for poi in found] == ["B000000001", "B023B19DJA"]
    assert (await owner.get("/pois", params={"q": "桂花城", "city": "香港"})).json() == NO_PLACES
    proof, letter = await upload(owner), await upload(owner)
    for said, field in (
        ({"bodyKind": "mayor"}, "bodyKind"),
        ({"certificates": []}, "certificates"),
        ({"bodyKind": "agent", "certificates": [proof]}, "certificates"),
        ({"bodyKind": "agent", "certificates": [proof, proof]}, "certificates"),
        ({"certificates": ["unknown"]}, "certificates"),
        ({"serviceEnd": "2019-12-31"}, "serviceEnd"),
        ({"kind": "town"}, "kind"),
        ({"poid": "B9"}, "poid"),
        ({"name": " "}, "name"),
    ):
        refused = await owner.post("/communities", json={**CLAIM, "certificates": [proof], **said})
        assert (refused.status_code, refused.json()["field"]) == (400, field), said
    number = await claim(owner, bodyKind="agent", certificates=[proof, letter], kind="village")
    assert (await owner.get("/claims/support")).json() == {"group": "12345678", "phone": "", "hours": "9-18"}
    for kind in ("street", "property", "agent"):
        form = await owner.get(f"/claims/templates/{kind}", params={"community": "<桂花城>"})
        assert form.headers["content-disposition"].startswith("attachment")
        assert CONTRACT["companyName"] in form.text
        assert "&lt;桂花城&gt;" in form.text
    assert (await owner.get("/claims/templates/mayor")).status_code == 404

    review = (await administrator.get(f"/community-reviews/{number}")).json()["application"]
    assert (review["bodyKind"], review["kind"], len(review["certificates"])) == ("agent", "village", 2)
    assert (await owner.put(f"/communities/{number}/application", json=CLAIM)).status_code == 409
    assert (await owner.delete(f"/communities/{number}/application")).status_code == 409
    refused = await administrator.post(f"/communities/{number}/reject", json={"reason": "公章不清楚"})
    assert refused.status_code == 204
    shown = (await owner.get(f"/communities/{number}")).json()
    assert (shown["applyStatus"], shown["rejectReason"]) == (3, "公章不清楚")
    bad = await owner.put(f"/communities/{number}/application", json={**CLAIM, "certificates": []})
    assert (bad.status_code, bad.json()["field"]) == (400, "certificates")
    again = await owner.put(f"/communities/{number}/application", json={**CLAIM, "certificates": [proof]})
    assert again.status_code == 204, again.text
    shown = (await owner.get(f"/communities/{number}")).json()
    assert (shown["applyStatus"], shown["rejectReason"], shown["bodyKind"], shown["kind"]) == (
        1,
        "",
        "property",
        "community",
    )
    assert len(shown["certificates"]) == 1
    await administrator.post(f"/communities/{number}/reject", json={"reason": "不是本公司"})
    log = [row["action"] for row in (await owner.get(f"/communities/{number}/log")).json()]
    assert log == ["rejected", "resubmitted", "rejected", "applied"]
    # Another company's application is as good as none.
    assert (await administrator.delete(f"/communities/{number}/application")).status_code == 404
    assert (await owner.delete(f"/communities/{number}/application")).status_code == 204
    assert (await owner.get(f"/communities/{number}")).status_code == 404


@pytest.mark.covers("ONB-03", "ONB-06")
async def test_the_contract_comes_before_the_claim_and_claims_are_many(parts, owner, administrator, worker):  # noqa: F811
    async with Browser(parts, address="198.51.100.31") as other:
        await register(other, parts, worker, "13866660009", "周")
        await other.post("/first-use/organisation", json={"name": "另一物业"})
        early = await other.post("/communities", json={**CLAIM, "certificates": [await upload(other)]})
        assert (early.status_code, early.json()["code"]) == (409, "company.contract_missing")
    first = await managed(owner, administrator)
    second = await managed(owner, administrator, poid="B0FFF0EG44", name="九龙苑", address="金龙楼")
    rows = (await owner.get("/communities", params={"applyStatus": 2})).json()["data"]
    assert {row["id"] for row in rows} == {first, second}


@pytest.mark.covers("ONB-07")
async def test_a_missing_place_is_asked_for_reviewed_and_then_claimed(parts, owner, administrator):  # noqa: F811
    wanted = {"name": "新桂苑", "city": "杭州市", "address": "文三路88号", "lng": 120.1, "lat": 30.3}
    for said, field in (
        ({"name": ""}, "name"),
        ({"lat": None}, "lat"),
        ({"lng": 200.0}, "lng"),
        ({"kind": "x"}, "kind"),
    ):
        refused = await owner.post("/poi-requests", json={**wanted, **said})
        assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert (await owner.post("/poi-requests", json=wanted)).status_code == 201
    assert (await owner.post("/poi-requests", json={**wanted, "name": "假地方"})).status_code == 201
    assert (await owner.get("/pois", params={"q": "新桂苑"})).json() == NO_PLACES  # not before the review
    good, bad = (await administrator.get("/poi-reviews")).json()
    assert (await owner.get("/poi-reviews")).status_code == 403
    assert (
        await administrator.post(f"/poi-reviews/{bad['id']}/refuse", json={"reason": "查无此地"})
    ).status_code == 204
    poid = (await administrator.post(f"/poi-reviews/{good['id']}/accept")).json()["poid"]
    assert (await administrator.post(f"/poi-reviews/{good['id']}/accept")).status_code == 409
    assert (await administrator.post("/poi-reviews/9/accept")).status_code == 404
    mine = (await owner.get("/poi-requests")).json()
    assert [(one["name"], one["state"], one["reason"]) for one in mine] == [
        ("假地方", "refused", "查无此地"), ("新桂苑", "added", ""),
    ]  # fmt: skip
    (found,) = (await owner.get("/pois", params={"q": "新桂苑", "city": "杭州"})).json()["places"]
    assert found["poid"] == poid
    await claim(owner, poid=poid, name="新桂苑")


@pytest.mark.covers("ONB-08", "ONB-10", "PM-05")
async def test_the_page_of_a_managed_community(parts, owner, administrator, worker):  # noqa: F811
    waiting = await claim(owner, poid="B0FFF0EG44")
    assert (await owner.get(f"/communities/{waiting}/code")).status_code == 409
    assert (await owner.put(f"/communities/{waiting}/managers", json={"accountIds": []})).status_code == 409
    number = await managed(owner, administrator)
    shown = (await owner.get(f"/communities/{number}")).json()
    assert (shown["phone"], shown["serviceState"], shown["houses"], shown["residents"]) == (
        "0571-88886666",
        "running",
        0,
        0,
    )
    space = {"parentId": int(shown["rootSpaceId"]), "kind": "building", "name": "1幢"}
    building = (await owner.post(f"/communities/{number}/spaces", json=space)).json()["id"]
    for house, person in (("101", "甲"), ("102", "乙"), ("103", "")):
        space = {"parentId": int(building), "kind": "house", "name": house}
        home = (await owner.post(f"/communities/{number}/spaces", json=space)).json()["id"]
        lives = {"houseId": int(home), "name": person, "type": 1}
        if person:
            assert (await owner.post(f"/communities/{number}/residents", json=lives)).status_code == 201
    shown = (await owner.get(f"/communities/{number}")).json()
    assert (shown["houses"], shown["residents"]) == (3, 2)
    code = (await owner.get(f"/communities/{number}/code")).json()
    assert code["url"].endswith(f"/m/c/{number}")
    assert code["qr"].startswith("data:image/svg+xml;base64,")
    people = {
        one["name"]: one["accountId"] for one in (await owner.get("/organisation/persons")).json()["data"]
    }
    where = f"/communities/{number}/managers"
    assert (await owner.put(where, json={"accountIds": [5]})).status_code == 404
    assert (await owner.put(where, json={"accountIds": [int(people["孙杰"])]})).status_code == 204
    (manager,) = (await owner.get(where)).json()
    assert (manager["name"], manager["phone"]) == ("孙杰", MATE)
    async with Browser(parts, address="198.51.100.32") as mate:
        await mate.post("/session/code", json={"phone": MATE})
        (newest, *_) = await codes_sent(parts, worker)
        await mate.post("/session/code/verify", json={"phone": MATE, "code": newest})
        assert [one["id"] for one in (await mate.get("/communities")).json()["data"]] == [number]
        said = await mate.put(f"/communities/{number}/contact", json={"phone": "0571-1234567"})
        assert said.status_code == 204
        assert (
            await mate.put(f"/communities/{number}/contact", json={"phone": "call me"})
        ).status_code == 400
        moved = {"city": "杭州市", "address": "杭州市西湖区新路 2 号", "lng": 120.1, "lat": 30.2}
        at = f"/communities/{number}/place"
        assert (await mate.put(at, json=moved)).status_code == 204
        assert (await mate.put(at, json=moved)).status_code == 204  # nothing changed, nothing in the history
        for wrong, field in (
            ({"address": " "}, "address"), ({"city": "市" * 33}, "city"), ({"lat": None}, "lat"), ({"lng": 181}, "lng"),
        ):  # fmt: skip
            said = await mate.put(at, json={**moved, **wrong})
            assert (said.status_code, said.json()["field"]) == (400, field)
        assert (await mate.put(f"/communities/{waiting}/place", json=moved)).status_code == 404
        assert (await mate.get(f"/communities/{number}/code")).status_code == 200
        assert (await mate.put(where, json={"accountIds": []})).status_code == 403
        assert (
            await mate.put(f"/communities/{waiting}/contact", json={"phone": "0571-1"})
        ).status_code == 404
        assert (await owner.put(where, json={"accountIds": []})).status_code == 204
        assert (await mate.get("/communities")).status_code == 403
    shown = (await owner.get(f"/communities/{number}")).json()
    assert shown["phone"] == "0571-1234567"
    assert {name: shown[name] for name in moved} == moved
    changed = [
        row for row in (await owner.get(f"/communities/{number}/log")).json() if row["action"] == "place"
    ]
    assert len(changed) == 1
    assert changed[0]["detail"].endswith("→ 杭州市西湖区新路 2 号 (120.100000, 30.200000)")
    log = [(row["action"], row["detail"]) for row in (await owner.get("/organisation/log")).json()["data"]]
    assert log[:2] == [("manager.taken", "桂花城"), ("manager.made", "桂花城")]


@pytest.mark.covers("B011")
async def test_the_operator_enters_a_community_for_a_customer_with_papers(parts, owner, administrator):  # noqa: F811
    companies = {one["name"]: one for one in (await administrator.get("/companies")).json()}
    assert companies["绿源物业"]["companyName"] == CONTRACT["companyName"]
    body = {**CLAIM, "tenantId": companies["绿源物业"]["tenantId"], "paper": " "}
    where = "/community-reviews/on-behalf"
    assert (await administrator.post(where, json=body)).json()["field"] == "paper"
    made = await administrator.post(where, json={**body, "paper": "合同 2020-17，档案柜 3"})
    assert made.status_code == 201, made.text
    (row,) = (await owner.get("/communities")).json()["data"]
    assert (row["id"], row["applyStatus"], row["name"]) == (made.json()["id"], 2, "桂花城")
    log = (await owner.get(f"/communities/{row['id']}/log")).json()
    assert (log[0]["action"], log[0]["detail"]) == ("on_behalf", "合同 2020-17，档案柜 3")
    assert (await owner.post(where, json=body)).status_code == 403
    nobody = await administrator.post(where, json={**body, "tenantId": "none", "paper": "x"})
    assert nobody.status_code == 404


@pytest.mark.covers("ONB-17")
async def test_a_service_is_suspended_runs_again_expires_and_ends(parts, owner, administrator, worker, clock):  # noqa: F811
    number = await managed(owner, administrator)
    people = {
        one["name"]: one["accountId"] for one in (await owner.get("/organisation/persons")).json()["data"]
    }
    await owner.put(f"/communities/{number}/managers", json={"accountIds": [int(people["孙杰"])]})
    async with Browser(parts, address="198.51.100.33") as mate:
        await mate.post("/session/code", json={"phone": MATE})
        (newest, *_) = await codes_sent(parts, worker)
        await mate.post("/session/code/verify", json={"phone": MATE, "code": newest, "remember": True})
        assert (await mate.get(f"/communities/{number}")).status_code == 200

        halt = f"/communities/{number}/service/halt"
        assert (await owner.post(halt, json={"state": "suspended", "reason": "unpaid"})).status_code == 403
        assert (
            await administrator.post(halt, json={"state": "suspended", "reason": "mood"})
        ).status_code == 400
        body = {"state": "suspended", "reason": "unpaid", "note": "欠费两个月"}
        assert (await administrator.post(halt, json=body)).status_code == 204
        # Managers lose it; the company's administrator still reads the reason and everything else.
        assert (await mate.get(f"/communities/{number}")).status_code == 403
        assert (await mate.get("/session")).json()["notRunning"] == ["桂花城"]
        shown = (await owner.get(f"/communities/{number}")).json()
        assert (shown["serviceState"], shown["serviceReason"], shown["serviceNote"]) == (
            "suspended",
            "unpaid",
            "欠费两个月",
        )

        run = f"/communities/{number}/service/run"
        assert (await administrator.post(run, json={"serviceEnd": "yesterday"})).status_code == 400
        assert (await administrator.post(run, json={"serviceEnd": "2001-01-01"})).status_code == 400
        end = await days_on(parts, clock, 20)
        assert (await administrator.post(run, json={"serviceEnd": end})).status_code == 204
        assert (await mate.get(f"/communities/{number}")).status_code == 200

        (soon,) = (await owner.get("/claims/ending")).json()
        assert (soon["id"], soon["serviceEnd"]) == (number, end)
        assert (await owner.get(f"/communities/{number}")).json()["daysLeft"] == 20
        # Thirty days before by the community's clocks is still the thirty-first day in China.
        east = datetime.fromisoformat(f"{end}T00:30").replace(tzinfo=ZoneInfo("Pacific/Kiritimati"))
        scope, early = Scope.system(), int((east - timedelta(days=30)).timestamp() * 1000)
        assert await lifecycle.ending_soon(scope, parts.db, now_ms=early) == []
        for zone, listed in (("Pacific/Kiritimati", 1), ("Asia/Shanghai", 0)):
            async with parts.db.begin() as tx:
                await details.set_zone(scope, tx, community_id=int(number), zone=zone, now_ms=clock.now_ms())
            assert len(await lifecycle.ending_soon(scope, parts.db, now_ms=early)) == listed
        keeper = Housekeeping(parts.db, clock, parts.settings.retention, parts.objects, parts.ids)
        await clock.advance(20 * DAY_MS)
        await keeper.run()
        await mate.post("/session/code", json={"phone": MATE})
        (newest, *_) = await codes_sent(parts, worker)
        await mate.post("/session/code/verify", json={"phone": MATE, "code": newest, "remember": True})
        assert (await mate.get(f"/communities/{number}")).status_code == 200  # its last day
        await clock.advance(DAY_MS)
        await keeper.run()
        assert (await mate.get(f"/communities/{number}")).status_code == 403
    await owner.sign_in(OWNER)
    await administrator.sign_in()
    shown = (await owner.get(f"/communities/{number}")).json()
    assert (shown["serviceState"], shown["serviceReason"], shown["daysLeft"]) == ("suspended", "expired", -1)

    early = f"/communities/{number}/service/end"
    assert (await owner.post(early, json={"note": " "})).status_code == 400
    assert (await owner.post(early, json={"note": "合同提前解除"})).status_code == 204
    again = await administrator.post(run, json={"serviceEnd": "2035-01-01"})
    assert (again.status_code, again.json()["code"]) == (409, "community.service_stopped")
    log = [row["action"] for row in (await owner.get(f"/communities/{number}/log")).json()]
    assert log[:4] == ["service.stopped", "service.suspended", "service.running", "service.suspended"]


async def test_administrators_are_warned_once_each_before_a_service_ends(
    parts,
    owner,
    administrator,  # noqa: F811
    worker,  # noqa: F811
    clock,
):
    """By text message, whether or not they look at the page: 30, 7 and 1 days before; a later end is warned of anew."""
    number = await managed(owner, administrator)
    run = f"/communities/{number}/service/run"
    jobs, sms = Jobs(), OutboxSms(parts.db, parts.secrets, parts.ids)

    async def signed_in(_db, _session):
        return True

    NotificationsRoom(parts.db, parts.secrets, parts.settings, signed_in=signed_in).register(jobs)
    messages.register(jobs, sms, clock)
    keeper = Housekeeping(parts.db, clock, parts.settings.retention, parts.objects, parts.ids)

    async def told() -> list[tuple[str, str]]:
        await keeper.run()
        await keeper.run()
        await Worker(parts.db, clock, jobs).run_once()
        rows = await sms_outbox.waiting(parts.db, secrets=parts.secrets)
        return [(row.phone, text) for row, text in rows if "桂花城" in text]

    end = await days_on(parts, clock, 31)
    assert (await administrator.post(run, json={"serviceEnd": end})).status_code == 204
    assert await told() == []
    seen = []
    for days, left in ((1, 30), (5, 25), (18, 7), (5, 2), (1, 1), (1, 0)):
        await clock.advance(days * DAY_MS)
        seen.append(await told())
        rows = seen[-1]
        if left in (30, 7, 1):
            ((phone, text),) = rows
            assert phone == OWNER
            assert f"还有{left}天" in text
            assert end in text
        else:
            # The operator's page of messages forgets after a day; nothing new came.
            assert rows == seen[-2] or rows == []
    # Prolonged on its last day, and soon at an end again: only the nearest warning is given.
    await administrator.sign_in()
    later = await days_on(parts, clock, 5)
    assert (await administrator.post(run, json={"serviceEnd": later})).status_code == 204
    new = [text for _, text in await told() if later in text]
    assert len(new) == 1
    assert "还有5天" in new[0]


async def days_on(parts, clock, days: int) -> str:
    from linli.kernel.clock import local_day

    return local_day(clock.now_ms() + days * DAY_MS, "Asia/Shanghai")


@pytest.mark.covers("PM-12", "B110", "ONB-09")
async def test_a_payee_account_and_then_pages_for_residents(parts, owner, administrator, worker, clock):  # noqa: F811
    number = await managed(owner, administrator)
    page = f"/communities/{number}/resident-page"
    shown = (await owner.get(page)).json()
    assert (shown["state"], shown["suggestions"]) == ("", ["桂花城物业服务", "桂花城社区服务"])
    logo = await upload(owner, (192, 192))
    wanted = {"name": "桂花城物业服务", "logoUploadId": logo, "ownerName": "钱芳", "ownerPhone": OWNER}
    early = await owner.put(page, json=wanted)
    assert (early.status_code, early.json()["code"]) == (409, "payee.missing")

    form = {
        "unitKind": "company", "companyName": "绿源物业服务有限公司", "creditCode": "91350100M000100Y43",
        "legalPerson": "钱芳", "legalId": "11010519491231002X", "contactPhone": OWNER,
        "licenceUploadId": await upload(owner), "idFrontUploadId": await upload(owner),
        "idBackUploadId": await upload(owner),
    }  # fmt: skip
    assert (await owner.get("/payee-account")).json()["state"] == ""
    for said, field in (
        ({"creditCode": "91350100M000100Y44"}, "creditCode"), ({"legalId": "110105194912310021"}, "legalId"),
        ({"contactPhone": "1"}, "contactPhone"), ({"companyName": ""}, "companyName"), ({"unitKind": "club"}, "unitKind"),
        ({"licenceUploadId": "none"}, "licenceUploadId"),
    ):  # fmt: skip
        refused = await owner.put("/payee-account", json={**form, **said})
        assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert (await owner.put("/payee-account", json=form)).status_code == 204
    assert (await owner.put("/payee-account", json=form)).status_code == 409
    assert (await owner.post("/payee-account/sign/code")).status_code == 409
    (review,) = (await administrator.get("/payee-reviews")).json()
    assert (review["creditCode"], review["legalId"], len(review["pictures"])) == (
        form["creditCode"],
        form["legalId"],
        3,
    )
    where = f"/payee-reviews/{review['tenantId']}"
    assert (await administrator.post(f"{where}/refuse", json={"reason": ""})).status_code == 400
    assert (await administrator.post(f"{where}/refuse", json={"reason": "执照看不清"})).status_code == 204
    assert (await administrator.post(f"{where}/accept")).status_code == 409
    changes = await owner.get("/history", params={"kind": "payee_account", "target": review["tenantId"]})
    refusal, submission = changes.json()["data"]
    assert (refusal["action"], refusal["reason"]) == ("payee_refused", "执照看不清")
    assert submission["action"] == "payee_submitted"
    assert {row["field"]: row["after"] for row in submission["fields"]}["payee_name"] == form["companyName"]
    assert form["legalId"] not in changes.text
    shown = (await owner.get("/payee-account")).json()
    assert (shown["state"], shown["reason"], shown["legalId"]) == ("refused", "执照看不清", "*" * 14 + "002X")
    assert (await owner.put("/payee-account", json=form)).status_code == 204
    assert (await administrator.post(f"{where}/accept")).status_code == 204
    assert (await owner.get("/payee-account")).json()["state"] == "to_sign"
    assert (await owner.post("/payee-account/sign", json={"code": "000000"})).status_code == 401
    assert (await owner.post("/payee-account/sign/code")).status_code == 204
    (newest, *_) = await codes_sent(parts, worker)
    assert (await owner.post("/payee-account/sign", json={"code": newest})).status_code == 204
    shown = (await owner.get("/payee-account")).json()
    assert (shown["state"], shown["accountNo"][:4]) == ("active", "2088")
    lately = await owner.put("/payee-account", json=form)
    assert (lately.status_code, lately.json()["code"]) == (409, "payee.changed_lately")

    for said, field in (
        ({"name": "桂花"}, "name"), ({"name": "桂花城官方服务"}, "name"), ({"name": "桂花城 物业"}, "name"),
        ({"ownerPhone": "1"}, "ownerPhone"), ({"ownerName": ""}, "ownerName"), ({"logoUploadId": "x"}, "logoUploadId"),
        ({"logoUploadId": form["licenceUploadId"]}, "logoUploadId"),
    ):  # fmt: skip
        refused = await owner.put(page, json={**wanted, **said})
        assert (refused.status_code, refused.json()["field"]) == (400, field), said
    assert (await owner.put(page, json=wanted)).status_code == 204
    assert (await owner.put(page, json=wanted)).status_code == 409
    (asked,) = (await administrator.get("/resident-page-reviews")).json()
    assert (asked["name"], asked["community"], bool(asked["logoUrl"])) == ("桂花城物业服务", "桂花城", True)
    where = f"/resident-page-reviews/{number}"
    assert (await administrator.post(f"{where}/refuse", json={"reason": "图标模糊"})).status_code == 204
    assert (await owner.get(page)).json()["reason"] == "图标模糊"
    assert (await owner.put(page, json=wanted)).status_code == 204
    assert (await administrator.post(f"{where}/accept")).status_code == 204
    assert (await administrator.post(f"{where}/accept")).status_code == 409
    assert (await owner.get(page)).json()["state"] == "approved"


@pytest.fixture
def small_pieces(monkeypatch):
    """Every table of an export comes row by row."""
    monkeypatch.setattr(organisation_data, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(organisation_data, "_pages", {})


@pytest.mark.covers("ONB-18")
@pytest.mark.usefixtures("small_pieces")
async def test_a_company_takes_its_data_along_ends_and_is_erased(parts, owner, administrator, clock):  # noqa: F811
    number = await managed(owner, administrator)
    root = (await owner.get(f"/communities/{number}")).json()["rootSpaceId"]
    said = {"parentId": int(root), "kind": "building", "name": "1幢"}
    building = await owner.post(f"/communities/{number}/spaces", json=said)
    assert building.status_code == 201, building.text
    assert (await owner.get("/organisation/export/progress")).json()["state"] == "none"
    sent = await owner.get("/organisation/export")
    assert sent.status_code == 200
    told = (await owner.get("/organisation/export/progress")).json()
    assert (told["state"], told["rows"], told["bytes"]) == ("done", told["expectedRows"], len(sent.content))
    assert told["files"] == told["expectedFiles"] > 0
    assert (await administrator.get("/organisation/export/progress")).json()["state"] == "none"
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        contents = json.loads(archive.read("contents.json"))
        names = archive.namelist()
        spaces = [json.loads(line) for line in archive.read("tables/spaces.jsonl").splitlines()]
        everything = b"".join(archive.read(name) for name in names)
    assert contents["company"] == "绿源物业"
    assert contents["rows"]["spaces"] == len(spaces) == len({row["space_id"] for row in spaces}) == 2
    assert contents["missing"] == []
    assert "1幢" in {row["name"] for row in spaces}
    assert {row["community_id"] for row in spaces} == {int(number)}
    assert any(name.startswith("files/") and name.endswith(".png") for name in names)
    assert "和美物业".encode() not in everything
    assert b"argon2" not in everything

    body = {"name": "绿源", "reason": "并入集团"}
    assert (await owner.post("/organisation/end", json=body)).json()["field"] == "name"
    assert (await owner.post("/organisation/end", json={**body, "name": "绿源物业"})).status_code == 204
    assert (await owner.get(f"/communities/{number}")).json()["serviceState"] == "stopped"
    refused = await owner.post("/communities", json={**CLAIM, "certificates": [await upload(owner)]})
    assert (refused.status_code, refused.json()["code"]) == (409, "company.ended")
    assert (await owner.get("/organisation/export")).status_code == 200

    row = next(one for one in (await administrator.get("/companies")).json() if one["name"] == "绿源物业")
    where = f"/companies/{row['tenantId']}/erase"
    early = await administrator.post(where, json={"name": "绿源物业"})
    assert (early.status_code, early.json()["code"]) == (409, "company.not_ended")
    await clock.advance(31 * DAY_MS)
    await administrator.sign_in()
    assert (await administrator.post(where, json={"name": "x"})).json()["field"] == "name"
    gone = await administrator.post(where, json={"name": "绿源物业"})
    assert gone.status_code == 200, gone.text
    assert gone.json()["rows"] > 10
    assert "绿源物业" not in {one["name"] for one in (await administrator.get("/companies")).json()}
    assert (await administrator.get("/session")).json()["tenant"]["name"] == "和美物业"
    me = await owner.sign_in(OWNER)
    assert (me.status_code, me.json()["tenant"]) == (200, None)
