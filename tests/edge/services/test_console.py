"""The box's local console over HTTP: who comes in, what it shows and does. Source: spec C 6 (local consoles), H 8.3."""

import asyncio
import json
import os
import re
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.cli import main
from linli.edge.cloud import Identity, save_identity
from linli.edge.services import keeping
from linli.edge.services.console import server
from linli.edge.services.keeping.facts import versions_of
from linli.edge.services.network import Trial
from linli.edge.services.ports import DiagnosisView, FindingView
from linli.kernel.clock import ManualClock, SystemClock
from linli.protocols.edge_link import Activated, CloudAddress, DeviceKey, MqttAddress, NodeName
from tests.edge.services.console_box import ConsoleBox

PASSWORD = "a good password"
PLAN = {
    "outside": {
        "device": "eno1",
        "address": "10.249.24.20",
        "netmask": "255.255.255.0",
        "gateway": "10.249.24.1",
    }
}


class Page:
    """What the page does with its calls."""

    def __init__(self, box: ConsoleBox) -> None:
        self.box = box
        self.http = httpx.AsyncClient(base_url=box.url, trust_env=False, headers={"accept-language": "en"})

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.http.get(f"/api/{path}", params=query)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.http.post(f"/api/{path}", content=json.dumps(body if body is not None else {}))

    async def log_in(self, word: str, new: str = "") -> httpx.Response:
        answer = await self.post("login", {"word": word, "newPassword": new})
        if answer.status_code == 200:
            self.http.headers["authorization"] = f"Bearer {answer.json()['token']}"
        return answer


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[ConsoleBox]:
    box = ConsoleBox(tmp_path, clock=ManualClock())
    await box.start()
    yield box
    await box.stop()


@pytest.fixture
async def page(box: ConsoleBox) -> AsyncIterator[Page]:
    page = Page(box)
    yield page
    await page.http.aclose()


@pytest.fixture
async def inside(page: Page) -> Page:
    assert (await page.log_in(page.box.code, PASSWORD)).status_code == 200
    return page


# the door


async def test_the_code_of_set_up_lets_in_once_and_sets_the_password(page: Page) -> None:
    assert (await page.get("hello")).json() == {"firstTime": True, "codeWaits": True}
    weak = await page.log_in(page.box.code, "short")
    assert (weak.status_code, weak.json()["field"]) == (400, "newPassword")
    assert (await page.log_in(page.box.code.lower().replace("-", ""), PASSWORD)).status_code == 200
    assert (await page.get("status")).status_code == 200
    assert (await page.log_in(page.box.code, "another password")).status_code == 403
    assert (await page.log_in(PASSWORD)).status_code == 200
    assert (await page.get("hello")).json() == {"firstTime": False, "codeWaits": False}
    kept = b"".join(place.read_bytes() for place in (page.box.home / "console").iterdir())
    assert PASSWORD.encode() not in kept


async def test_a_code_ends_after_a_day_and_a_new_one_ends_sessions(
    inside: Page, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["edge", "console", "--home", str(inside.box.home)]) == 0
    told = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", capsys.readouterr().out)
    assert told is not None
    assert (await inside.get("status")).status_code == 401


async def test_nobody_sees_anything_without_a_session(page: Page) -> None:
    for method, path in server.api.HANDLERS:
        call = page.get if method == "GET" else page.post
        answer = await call(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "edge.log_in")
    page.http.headers["authorization"] = "Bearer guessed"
    assert (await page.get("status")).status_code == 401


async def test_guessing_is_slowed_down(page: Page) -> None:
    for _ in range(5):
        assert (await page.log_in("AAAA-AAAA", PASSWORD)).status_code == 403
    closed = await page.log_in(page.box.code, PASSWORD)
    assert (closed.status_code, closed.json()["message"]) == (429, "too many wrong tries; try again in 10 s")
    await page.box.clock.advance(11_000)  # type: ignore[attr-defined]
    assert (await page.log_in(page.box.code, PASSWORD)).status_code == 200


async def test_sessions_end_by_themselves_and_by_logging_out(inside: Page) -> None:
    await inside.box.clock.advance(29 * 60_000)  # type: ignore[attr-defined]
    assert (await inside.get("status")).status_code == 200
    await inside.box.clock.advance(31 * 60_000)  # type: ignore[attr-defined]
    assert (await inside.get("status")).status_code == 401
    await inside.log_in(PASSWORD)
    await inside.post("logout")
    assert (await inside.get("status")).status_code == 401


# what it shows


async def test_status_devices_and_logs(inside: Page) -> None:
    box = inside.box
    told = (await inside.get("status")).json()
    assert (told["box"]["nodeName"], told["box"]["lineUp"], told["box"]["drivers"][1]["why"]) == (
        "jinanwangyuefu-01", True, "port 10020 is taken",
    )  # fmt: skip
    box.state.doors = 120
    found = (await inside.get("devices", search="10.249.8.11", state="online")).json()
    assert (found["total"], found["devices"][0]["address"]) == (5, "10.249.8.11")
    assert len((await inside.get("devices", page="2")).json()["devices"]) == 20
    box.logs.of("door_device", "HJSB-000205.1").warning("refused", code=4, password="secret")
    line = (await inside.get("logs", driver="door_device", device="HJSB-000205.1", level="warning")).json()[
        "lines"
    ][0]
    assert (line["text"], line["facts"]["code"]) == ("refused", 4)
    assert "secret" not in json.dumps(line)
    for strange in ({"driver": "../x"}, {"driver": "door_device", "device": "../../etc"}):
        assert (await inside.get("logs", **strange)).status_code == 404


async def test_texts_follow_the_page(inside: Page) -> None:
    inside.http.headers["accept-language"] = "zh"
    assert (await inside.post("network/undo")).json()["message"] == "没有可以撤销的更改"
    inside.http.headers["accept-language"] = "en"
    assert (await inside.post("network/undo")).json()["message"] == "no change is left to undo"


# what it does


@pytest.mark.covers("C060", "H-58")
async def test_the_network_is_checked_shown_written_and_undone(inside: Page) -> None:
    bad = {"outside": PLAN["outside"] | {"gateway": "10.1.1.1"}}
    (fault,) = (await inside.post("network/check", bad)).json()["faults"]
    assert (fault["field"], fault["value"]) == ("outside.gateway", "10.1.1.1")
    assert (await inside.post("network/apply", bad)).json()["field"] == "outside.gateway"
    (change,) = (await inside.post("network/check", PLAN)).json()["changes"]
    assert "+IPADDR=10.249.24.20" in change["diff"]
    file = inside.box.scripts / "ifcfg-eno1"
    assert not file.exists()
    assert (await inside.post("network/apply", PLAN)).json() == {"written": ["ifcfg-eno1"]}
    assert file.read_bytes().startswith(b"BOOTPROTO=static\nIPADDR=10.249.24.20\n")
    shown = (await inside.get("network")).json()
    assert (shown["cards"][0]["defaultRoute"], shown["undoable"]) == (True, 1)
    assert (await inside.post("network/undo")).status_code == 200
    assert not file.exists()


@pytest.mark.covers("C060", "H-58")
async def test_a_change_is_tried_from_the_page_and_its_end_is_shown(
    inside: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = inside.box
    for program in ("ifup", "ifdown"):
        (tmp_path / program).write_text("#!/bin/sh\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert (await inside.post("network/try", PLAN)).status_code == 404  # not this box's own network

    reached = threading.Event()
    plan = {"outside": {"device": "eno1", "method": "dhcp"}}
    activated = Activated(
        node=NodeName(id="n1", name="box"),
        device=DeviceKey(product_key="a1", device_name="box", device_secret="0" * 32),
        mqtt=MqttAddress(host="127.0.0.1", port=1883),
        cloud=CloudAddress(base_url="http://127.0.0.1:1"),
    )
    save_identity(box.home, Identity(serial_number="SN-1", activated=activated, activated_ms=0))

    def ask(cloud: str) -> str:
        return "" if reached.is_set() else f"nobody at {cloud}"

    trial = box.parts.trial = Trial(box.home, box.parts.network, SystemClock(), ask=ask)
    assert (await inside.post("network/try", {"outside": {"device": "/"}})).json()[
        "field"
    ] == "outside.device"
    assert (await inside.post("network/try", plan)).json() == {"written": ["ifcfg-eno1"]}
    assert (await inside.get("network")).json()["trial"]["state"] in ("bringing", "asking")
    for refused in ("network/try", "network/apply"):
        answer = await inside.post(refused, plan)
        assert (answer.status_code, answer.json()["code"]) == (409, "edge.network_on_trial")
    assert (await inside.post("network/undo")).json()["code"] == "edge.network_on_trial"
    await until_trial(inside, "asking")
    trial.stop()  # the box is restarted meanwhile
    assert (await inside.get("network")).json()["trial"]["state"] == "asking"
    reached.set()
    again = box.parts.trial = Trial(box.home, box.parts.network, SystemClock(), ask=ask, seconds=1)
    again.aside(again.resume)
    await until_trial(inside, "kept")

    reached.clear()
    assert (await inside.post("network/try", PLAN)).status_code == 200
    told = await until_trial(inside, "taken_back")
    assert (told["why"], "10.249.24.20" in told["detail"]) == ("the cloud was not reached in time", True)
    inside.http.headers["accept-language"] = "zh"
    assert (await inside.get("network")).json()["trial"]["why"] == "在限定时间内未能连接云端"
    assert b"BOOTPROTO=dhcp" in (box.scripts / "ifcfg-eno1").read_bytes()


async def until_trial(page: Page, state: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (told := (await page.get("network")).json()["trial"])["state"] != state:
            await asyncio.sleep(0.05)
    return dict(told)


async def test_files_are_listed_and_deleted(inside: Page) -> None:
    for n in range(60):
        await inside.box.store.add(f"pass/{n:03}.jpg", b"x", 600)
    first = (await inside.get("files", begins="pass/")).json()
    assert (len(first["files"]), first["more"], first["room"]["files"]) == (50, True, 60)
    rest = (await inside.get("files", begins="pass/", after=first["files"][-1]["path"])).json()
    assert (len(rest["files"]), rest["more"]) == (10, False)
    assert (await inside.post("files/delete", {"path": "pass/000.jpg"})).status_code == 200
    assert (await inside.post("files/delete", {"path": "pass/000.jpg"})).status_code == 404


async def test_a_box_is_activated_by_its_code(tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    folder.mkdir()
    box = ConsoleBox(folder, active=False)
    await box.start()
    page = Page(box)
    await page.log_in(box.code, PASSWORD)
    assert (await page.get("status")).json()["box"]["active"] is False
    wrong = await page.post("activate", {"cloud": "linli.example.com", "code": "A1"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "cloud")
    words = {"cloud": "https://linli.example.com", "code": "A1B2", "serialNumber": "SN-1"}
    assert (await page.post("activate", words)).status_code == 200
    assert box.state.activations == [("https://linli.example.com", "SN-1", "A1B2")]
    assert (await page.post("activate", words)).json()["code"] == "edge.active_already"
    await page.http.aclose()
    await box.stop()


async def test_a_backup_is_downloaded_sealed_and_restored_elsewhere(inside: Page, tmp_path: Path) -> None:
    refused = await inside.post("keeping/backup", {"passphrase": "short"})
    assert (refused.status_code, refused.json()["field"]) == (400, "passphrase")
    assert (await inside.post("keeping/backup", {"passphrase": "long enough for it"})).json()[
        "code"
    ] == "edge.not_active"
    (inside.box.home / "identity.json").write_text(json.dumps({"serialNumber": "SN-1"}))
    answer = await inside.post("keeping/backup", {"passphrase": "long enough for it"})
    file, new = tmp_path / "box.linlibox", tmp_path / "new"
    file.write_bytes(answer.content)
    new.mkdir()
    keeping.restore(file, new, passphrase="long enough for it", here=versions_of(new), now_ms=1)
    assert (new / "identity.json").exists()
    assert list((inside.box.home / "backups").iterdir()) == []
    assert len((await inside.post("keeping/key")).json()["key"]) == 32


# the port


async def test_bad_input_names_its_field_and_never_fails(inside: Page) -> None:
    for path in ("network/check", "network/apply", "activate", "files/delete", "keeping/backup", "login"):
        for body in (
            b"",
            b"[]",
            b"{",
            b'{"outside":3}',
            b"\xff\xfe",
            b"[" * 4000,
            b'{"path":1,"cloud":1,"word":1}',
        ):
            answer = await inside.http.post(f"/api/{path}", content=body)
            assert answer.status_code in (400, 409), (path, body, answer.text)
            assert answer.json()["message"]
    assert (await inside.get("devices", page="²")).status_code == 200
    assert (await inside.http.post("/api/login", content=b"x" * 100_000)).status_code == 413


async def test_a_diagnosis_is_run_by_the_box_and_shown(inside: Page) -> None:
    assert (await inside.post("diagnosis")).status_code == 404  # this box has nobody who looks

    async def tell(language: str) -> DiagnosisView:
        return DiagnosisView(
            7, f"told in {language}", [FindingView("DNS", "error", "no answer", "ask")], "all"
        )

    inside.box.parts.diagnose = tell
    told = (await inside.post("diagnosis")).json()
    assert (told["atMs"], told["summary"], told["findings"][0]["advice"]) == (7, "told in en", "ask")


async def test_pages_come_with_a_guard_and_nothing_else_is_served(page: Page) -> None:
    index = await page.http.get("/")
    policy = index.headers["content-security-policy"].split("; ")
    assert {"default-src 'self'", "object-src 'none'", "base-uri 'none'"} <= set(policy)
    assert index.headers["x-frame-options"] == "SAMEORIGIN"
    assert not re.search(r'(src|href)="/', index.text)  # it is shown from afar under another path too
    for path in ("/../server.py", "/%2e%2e/server.py", "/static/app.js", "/identity.json", "/api/nothing"):
        assert (await page.http.get(path)).status_code in (401, 404)


def test_both_languages_have_every_text_that_pages_use() -> None:
    source = (server.STATIC / "texts.js").read_text("utf-8")
    zh, en = (
        set(re.findall(r"(?:^|[,{]\s*|\n\s*)'?([a-z_.]+)'?: ['’]", part))
        for part in source.split("const en = ")
    )
    assert zh == en
    used = {
        key
        for place in server.STATIC.rglob("*.js")
        for key in re.findall(r"\bt\('([a-z_.]+)'", place.read_text("utf-8"))
    }
    assert used <= zh, used - zh


async def test_calls_from_strangers_are_shown_and_settled_on_the_site(inside: Page) -> None:
    (seen,) = (await inside.get("status")).json()["strangers"]
    assert (seen["device"], seen["peer"], seen["outcome"], seen["count"]) == (
        "HJSB-000205.1", "10.249.8.77", "refused", 17,
    )  # fmt: skip
    said = {"device": "HJSB-000205.1", "peer": "10.249.8.77", "confirm": True}
    assert (await inside.post("strangers/settle", said)).status_code == 200
    assert inside.box.state.settled == [("HJSB-000205.1", "10.249.8.77", True)]
    assert (await inside.get("status")).json()["strangers"] == []
    again = await inside.post("strangers/settle", said)
    assert (again.status_code, again.json()["field"]) == (404, "peer")
    assert (await inside.post("strangers/settle", {**said, "confirm": "yes"})).status_code == 400


async def test_nobody_settles_from_outside(page: Page) -> None:
    said = {"device": "HJSB-000205.1", "peer": "10.249.8.77", "confirm": True}
    assert (await page.post("strangers/settle", said)).status_code == 401


async def test_log_ins_are_written_down_without_what_was_typed(page, caplog):
    caplog.set_level("INFO")
    assert (await page.log_in("AAAA-AAAA", PASSWORD)).status_code == 403
    assert (await page.log_in(page.box.code, PASSWORD)).status_code == 200
    lines = [one for one in caplog.records if one.name == "linli.edge.services.console.server"]
    assert [(one.getMessage(), one.__dict__["facts"]) for one in lines] == [
        ("log-in at the box's page refused", {"address": "127.0.0.1"}),
        ("log-in at the box's page done", {"address": "127.0.0.1"}),
    ]
