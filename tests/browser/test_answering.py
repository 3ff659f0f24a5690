"""A baresip door rings a home: its resident's browsers see the door, one answers by keys, talks, opens and hangs up."""

import re
import shutil
import socket
import sqlite3
import subprocess
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from linli.demo.logins import RESIDENT_LOGIN
from linli.kernel.secrets import Secrets
from tests.browser.phone import look, open_phone, sign_in
from tests.browser.sample import Demo, until
from tests.browser.visit import DESK, Visit, keep_picture
from tests.domains.intercom.sip.test_baresip import TONELESS

MODULES = Path("/usr/lib/baresip/modules")
pytest.importorskip("pylibsrtp")
pytestmark = pytest.mark.skipif(
    shutil.which("baresip") is None or not (MODULES / "vp8.so").exists(), reason="baresip is not installed"
)
DEVICES = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
CONFIG = """sip_listen 127.0.0.1:0
audio_player aufile,{folder}/heard.wav
audio_source aufile,{folder}/says.wav
audio_alert aufile,{folder}/alert.wav
module_path {modules}
module g711.so
module aufile.so
module vp8.so
module fakevideo.so
module_app account.so
module_app menu.so
video_source fakevideo,nil
video_display fakevideo,nil
video_size 320x240
video_fps 10
video_bitrate 200000
{tones}"""
PEERS = """const Real = RTCPeerConnection
window.peers = []
window.RTCPeerConnection = function (...words) {
  const peer = new Real(...words)
  window.peers.push(peer)
  return peer
}"""
PICTURE = "() => (document.querySelector('video')?.videoWidth ?? 0) > 0"
HEARS = """async () => {
  for (const report of (await window.peers.at(-1).getStats()).values())
    if (report.type === 'inbound-rtp' && report.kind === 'audio') return (report.totalAudioEnergy ?? 0) > 0
  return false
}"""


class Door(NamedTuple):
    """A door that rings the home of the sample's resident, and how it logs in."""

    iot_id: str
    number: str
    password: str
    host: str
    group: str


@pytest.fixture(scope="module")
def door(demo: Demo) -> Door:
    def found() -> tuple[str, ...] | None:
        with sqlite3.connect(demo.data / "linli.db", timeout=60) as db:
            row = db.execute(
                "SELECT n.iot_id, n.number, n.password, n.port, r.group_id FROM house_members m"
                " JOIN persons p ON p.id = m.person_id JOIN intercom_house_groups h ON h.space_id = m.house_id"
                " JOIN intercom_rooms r ON r.group_id = h.group_id"
                " JOIN intercom_door_numbers n ON n.iot_id = r.iot_id"
                " JOIN devices d ON d.iot_id = n.iot_id"
                # Their own unit's door opens at any hour; the clubhouse's does not by night.
                " WHERE p.phone = ? AND m.status = 1 AND d.nickname LIKE '%单元门' ORDER BY n.iot_id",
                (RESIDENT_LOGIN,),
            ).fetchone()
        try:  # the copy's doors still have the port of the sample that it was copied from
            socket.create_connection(("127.0.0.1", int(row[3]))).close()
        except (OSError, TypeError):
            return None
        return tuple(row)

    row = until(found)
    assert row is not None
    iot_id, number, sealed, port, group = row
    secrets = Secrets.from_file(demo.data / "master.key")
    return Door(iot_id, number, secrets.open(sealed, about=f"sip_door:{iot_id}"), f"127.0.0.1:{port}", group)


@contextmanager
def ringing(door: Door, folder: Path, *, dials: bool = True) -> Iterator[Path]:
    """The door dials the home, or waits and answers by itself; what it hears is in the folder."""
    folder.mkdir()
    with wave.open(str(folder / "says.wav"), "wb") as tone:
        tone.setparams((1, 2, 8000, 0, "NONE", ""))
        tone.writeframes(b"\x00\x20\x00\xe0" * 8000 * 30)
    account = (
        f"<sip:{door.number}@{door.host};transport=udp>;auth_pass={door.password};regint=60;answermode=auto\n"
    )
    (folder / "accounts").write_text(account)
    (folder / "config").write_text(CONFIG.format(folder=folder, modules=MODULES, tones=TONELESS))
    with (folder / "log").open("wb") as log:
        line = ["baresip", "-4", "-f", str(folder)]
        line += ["-e", f"/dial sip:{door.group}@{door.host}"] if dials else []
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield folder
        finally:
            process.terminate()
            process.wait(30)


def state(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_test_id("call-state")).to_have_text(words)


def home_page(browser: Browser, demo: Demo, *, devices: tuple[str, ...] = DEVICES) -> Visit:
    visit = open_phone(browser, demo.url, arguments=devices)
    visit.page.add_init_script(PEERS)
    sign_in(visit, RESIDENT_LOGIN, demo.code)
    visit.go("/m/")
    return visit


def loudest(path: Path) -> int:
    """Of what the door has heard so far, behind the head of the file."""
    data = path.read_bytes()[44:] if path.exists() else b""
    samples = memoryview(data[: len(data) // 2 * 2]).cast("h")
    return max(map(abs, samples), default=0)


def test_a_resident_answers_a_door(browser: Browser, demo: Demo, door: Door, tmp_path: Path) -> None:
    with home_page(browser, demo) as first, home_page(browser, demo) as second:
        one, other = first.page, second.page
        with ringing(door, tmp_path / "door") as folder:
            for page in (one, other):
                page.wait_for_url("**/m/ring/**")
                state(page, "Ringing")
                page.wait_for_function(PICTURE)  # before anybody answered
            look(first, "ring")
            one.set_viewport_size({"width": DESK[0], "height": DESK[1]})
            keep_picture(one, "ring-wide")
            one.keyboard.press("a")
            state(one, "You are talking")
            state(other, re.compile("took it"))
            one.wait_for_function(HEARS)
            until(lambda: loudest(folder / "heard.wav") > 1000)
            one.keyboard.press("o")
            told = one.get_by_test_id("door-told")
            expect(told).to_be_visible()
            print("the door:", told.inner_text())
            keep_picture(one, "talk-wide")
            one.set_viewport_size({"width": 360, "height": 740})
            look(first, "talk")
            one.keyboard.press("h")
            state(one, re.compile("took it"))
            look(first, "ring-over")
            until(lambda: b"session closed" in (folder / "log").read_bytes())
        with sqlite3.connect(demo.data / "linli.db", timeout=60) as db:
            (outcome,) = db.execute("SELECT outcome FROM intercom_calls ORDER BY id DESC LIMIT 1").fetchone()
        assert outcome == "answered"
        one.get_by_role("link", name="All calls").click()
        expect(one.locator("main ul.list li").first).to_contain_text("Answered")


def test_without_a_microphone_the_page_says_so_and_declines(
    browser: Browser, demo: Demo, door: Door, tmp_path: Path
) -> None:
    with home_page(browser, demo, devices=()) as visit, ringing(door, tmp_path / "door") as folder:
        page = visit.page
        page.wait_for_url("**/m/ring/**")
        page.wait_for_function(PICTURE)
        page.get_by_role("button", name="Answer").click()
        expect(page.get_by_text("it does not hear you")).to_be_visible()
        state(page, "You are talking")
        page.reload()  # the page keeps its place in the call
        state(page, "You are talking")
        page.wait_for_function(PICTURE)
        page.get_by_role("button", name="Hang up").click()
        until(lambda: b"session closed" in (folder / "log").read_bytes())


def test_a_resident_looks_through_a_door(browser: Browser, demo: Demo, door: Door, tmp_path: Path) -> None:
    with ringing(door, tmp_path / "door", dials=False) as folder:
        until(lambda: b"200 OK" in (folder / "log").read_bytes())
        with home_page(browser, demo) as visit:
            page = visit.page
            page.get_by_role("button", name="Show all").click()
            page.get_by_role("link", name="Look through").first.click()
            view_state = page.get_by_test_id("view-state")
            expect(view_state).to_have_text("You look; the door hears nothing")
            page.wait_for_function(PICTURE)
            page.keyboard.press("t")
            expect(view_state).to_have_text("The door hears you")
            until(lambda: loudest(folder / "heard.wav") > 1000)
            look(visit, "door-view")
            visit.go("/m/")
        until(lambda: b"session closed" in (folder / "log").read_bytes())
