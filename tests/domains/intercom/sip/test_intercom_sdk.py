"""`sdk/intercom` as it is built, in Chromium: it logs in over SIP at the web port, and doors ring it and are seen."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from linli.protocols import sip
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_baresip import MODULES, Baresip
from tests.domains.intercom.sip.test_browser_phones import DOOR, serving
from tests.domains.intercom.sip.test_browser_view import CAMERA
from tests.domains.intercom.sip.test_calls import acknowledge, send, until_quiet
from tests.media.page import launch

ROOT = Path(__file__).resolve().parents[4]
BUNDLE = ROOT / "sdk" / "intercom" / "dist" / "linli-intercom.js"
EXAMPLE = ROOT / "sdk" / "intercom" / "examples" / "index.html"
pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BUNDLE.exists(), reason="sdk/intercom is not built (./linli test builds it)"),
]
needs_baresip = pytest.mark.skipif(
    shutil.which("baresip") is None or not (MODULES / "vp8.so").exists(), reason="baresip is not installed"
)
PAGE = """<!doctype html><video id="view"></video><div id="box"></div><script>
const Real = RTCPeerConnection
window.peers = []
window.RTCPeerConnection = function (...words) { const peer = new Real(...words); peers.push(peer); return peer }
</script><script type="module">
import * as sdk from '/linli-intercom.js'
Object.assign(window, sdk, { states: [], calls: [], talks: [], paths: [], switched: [], unlocks: [], pictures: [] })
window.view = document.getElementById('view')
window.code = async (work) => { try { await work(); return 'done' } catch (error) { return error.code ?? String(error) } }
window.keep = (call) => {
  call.states = [call.state]
  call.onStateChanged = (state, reason) => call.states.push(state, ...(state === 5 ? [reason] : []))
  call.onTalkChanged = (may) => talks.push(may)
  call.onUnlock = (error, code) => unlocks.push([error && error.code, code])
  call.onAudioIceNat = (type) => paths.push('audio ' + type)
  call.onVideoIceNat = (type) => paths.push('video ' + type)
  call.onVideoStateChanged = (on) => pictures.push(on)
  calls.push(call)
  return call
}
window.enter = async (sipNumber, password) => {
  await intercom.init()
  intercom.onCallDidIncoming = keep
  intercom.setSwitchCallback({
    onSwitch: (call) => switched.push('switch ' + calls.indexOf(call)),
    onPause: (call) => switched.push('pause ' + calls.indexOf(call)),
    onResume: (call) => switched.push('resume ' + calls.indexOf(call)),
  })
  const account = intercom.login({ sipNumber, password })
  account.onStateChanged = (state) => states.push(state)
  await account.whenOnline()
}
window.ready = true
</script>"""
FRAMES = """async () => {
  let frames = 0
  for (const peer of window.peers)
    for (const report of (await peer.getStats()).values())
      if (report.type === 'inbound-rtp' && report.kind === 'video') frames += report.framesDecoded ?? 0
  return frames
}"""


def served(bundle: bytes) -> Callable[[Any, Any, Any], Any]:
    async def site(scope: Any, _receive: Any, reply: Any) -> None:
        path = scope["path"]
        kind, body = b"text/html", EXAMPLE.read_bytes() if path.startswith("/examples/") else PAGE.encode()
        if path.endswith(".js"):
            kind, body = b"text/javascript", bundle
        await reply({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await reply({"type": "http.response.body", "body": body})

    return site


class Stage:
    def __init__(self, exchange: Exchange, browser: Browser, port: int) -> None:
        self.exchange, self._browser, self._port = exchange, browser, port

    async def page(self) -> Page:
        page = await self._browser.new_page()
        page.set_default_timeout(60_000)
        await page.goto(f"http://127.0.0.1:{self._port}/")
        await page.wait_for_function("() => window.ready")
        return page

    @property
    def here(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def app(self) -> tuple[Page, str]:
        """A page whose account is online, and its number."""
        page, (number, password) = await self.page(), await self.exchange.account()
        await page.evaluate("(given) => enter(...given)", [number, password])
        return page, number

    async def door(self, folder: Path, *commands: str) -> tuple[Baresip, str]:
        """A baresip door, which answers by itself."""
        here = f"127.0.0.1:{self.exchange.front.port}"
        number, password = await self.exchange.account(kind=1)
        account = f"<sip:{number}@{here};transport=udp>;auth_pass={password};regint=60;answermode=auto"
        return await Baresip.start(
            folder, account, *(each.format(here) for each in commands), more=CAMERA
        ), number


@pytest.fixture
async def stage(exchange: Exchange) -> AsyncIterator[Stage]:
    async with (
        serving(exchange, 28_300, served(BUNDLE.read_bytes())) as port,
        async_playwright() as playwright,
    ):
        browser = await launch(playwright)
        try:
            yield Stage(exchange, browser, port)
        finally:
            await browser.close()


async def sees(page: Page, more: int = 3) -> None:
    """More of the door's picture."""
    before = await page.evaluate(FRAMES)
    async with asyncio.timeout(60):
        while await page.evaluate(FRAMES) < before + more:
            await asyncio.sleep(0.05)


async def state(page: Page, call: int, number: int) -> None:
    await page.wait_for_function(f"() => calls[{call}]?.state === {number}")


@asynccontextmanager
async def ringing(stage: Stage, number: str) -> AsyncIterator[tuple[Phone, sip.Request]]:
    door = await stage.exchange.phone(kind=1)
    yield door, await door.call(number, body=DOOR)


@pytest.mark.covers("EP-55", "EP-56")
async def test_life_and_account(stage: Stage) -> None:
    page, (number, password) = await stage.page(), await stage.exchange.account()

    async def code(work: str) -> str:
        return str(await page.evaluate(f"() => code(async () => {work})"))

    login = f"intercom.login({{ sipNumber: '{number}', password: '%s' }})"
    for early in (login % password, "intercom.deInit()", "intercom.callWithSipNumber('1')"):
        assert await code(f"await {early}") == "not_initialised"
    assert await code("await intercom.init()") == "done"
    assert await code("await intercom.init()") == "already_initialised"
    assert await code("await intercom.callWithSipNumber('1')") == "not_logged_in"
    assert await code("intercom.login({ sipNumber: 'a b', password: 'x' })") == "bad_login"
    assert await code("intercom.login({ sipNumber: 'a', password: '' })") == "bad_login"
    kept = "{ account.onStateChanged = (state) => states.push(state); await account.whenOnline() }"
    assert await code(f"{{ const account = {login % 'wrong'}; {kept} }}") == "wrong_password"
    assert await page.evaluate("() => [intercom.account, ...states.splice(0)]") == [None, 5]
    assert await code(f"{{ const account = {login % password}; {kept} }}") == "done"
    assert await page.evaluate("() => states") == [3]
    assert await code(f"{login % password}") == "already_logged_in"
    assert await code("await intercom.account.logout()") == "done"
    assert await page.evaluate("() => states") == [3, 4 - 2, 5]
    assert await code(f"{{ const account = {login % password}; {kept} }}") == "done"
    await stage.exchange.front.stop()  # the platform is away
    await page.wait_for_function("() => intercom.account.state === 4")
    assert await page.evaluate("() => intercom.account.error.code") == "offline"
    assert await code("await intercom.deInit()") == "done"
    assert await code("await intercom.deInit()") == "not_initialised"
    assert await page.evaluate("() => [intercom.account, intercom.initialised]") == [None, False]


@needs_baresip
@pytest.mark.covers("EP-57", "EP-58", "EP-59", "EP-62", "EP-64")
async def test_a_door_is_answered_opened_and_left(stage: Stage, tmp_path: Path) -> None:
    page, number = await stage.app()
    await page.evaluate("() => intercom.enableSilentMode(true)")
    door, _ = await stage.door(tmp_path / "door", f"/dial sip:{number}@{{}}")
    try:
        await state(page, 0, 1)
        assert not await page.evaluate("() => intercom.ringing")
        await page.evaluate("() => intercom.enableSilentMode(false)")
        assert await page.evaluate("() => intercom.ringing")
        for early in ("unlock()", "pause()", "snapshot()", "enableVideo(false)", "resume()"):
            assert await page.evaluate(f"() => code(() => calls[0].{early})") == "call_state"
        assert await page.evaluate("() => code(() => calls[0].accept({ view }))") == "done"
        assert await page.evaluate("() => [intercom.ringing, calls[0].states]") == [False, [1, 3]]
        assert await page.evaluate("() => code(() => calls[0].accept({ view }))") == "call_state"
        await sees(page)
        await door.says("incoming rtp for 'audio' established")
        # Opening: this door does not know the request, and takes the key.
        assert await page.evaluate("() => calls[0].unlock()") == 200
        assert await page.evaluate("() => unlocks") == [[None, 200]]
        # A snapshot.
        await page.wait_for_function("() => view.videoWidth > 0")
        taken = """async () => {
          const blob = await calls[0].snapshot()
          const picture = await createImageBitmap(blob)
          return [blob.type, picture.width, picture.height]
        }"""
        assert await page.evaluate(taken) == ["image/jpeg", 320, 240]
        # The way of the media.
        await page.wait_for_function("() => paths.length === 2")
        assert await page.evaluate("() => calls[0].iceNat()") == {"audio": "host", "video": "host"}
        assert sorted(await page.evaluate("() => paths")) == ["audio host", "video host"]
        # The microphone.
        voice = "() => peers.at(-1).getSenders().find((each) => each.track?.kind === 'audio').track.enabled"
        await page.evaluate("() => calls[0].enableMicrophone(false)")
        assert not await page.evaluate(voice)
        await page.evaluate("() => calls[0].enableMicrophone(true)")
        assert await page.evaluate(voice)
        # The picture off and on: off, the platform sends none.
        await page.evaluate("() => calls[0].enableVideo(false)")
        assert await page.evaluate("() => code(() => calls[0].snapshot())") == "no_video"
        assert (await page.evaluate("() => calls[0].iceNat()"))["video"] is None
        (call,) = stage.exchange.front.calls._calls
        assert [stream.deaf for stream in call._media.session.streams if stream.pair is None] == [False, True]
        await page.evaluate("() => calls[0].enableVideo(true, document.getElementById('box'))")
        await sees(page)
        await page.wait_for_function("() => document.querySelector('#box video').videoWidth > 0")
        # Loudspeaker and earpiece, which a desktop does not have and no name tells.
        assert await page.evaluate("() => code(() => calls[0].switchToReceiver())") == "earpiece_not_found"
        named = """async () => {
          const all = await navigator.mediaDevices.enumerateDevices()
          const found = all.filter((each) => each.kind === 'audiooutput')
          const labels = ['Speakerphone', 'Headset earpiece']
          const name = ({ kind, deviceId }, at) => ({ kind, deviceId, label: labels[at] })
          const last = found.slice(-2).map(name)
          navigator.mediaDevices.enumerateDevices = async () => last
          await calls[0].switchToReceiver()
          const ear = [calls[0].audioOutput === last[1].deviceId, calls[0].speakerEnabled]
          await calls[0].switchToSpeaker()
          return [...ear, calls[0].audioOutput === last[0].deviceId, calls[0].speakerEnabled]
        }"""
        assert await page.evaluate(named) == [True, False, True, True]
        await page.evaluate("() => { HTMLMediaElement.prototype.setSinkId = undefined }")
        assert await page.evaluate("() => code(() => calls[0].switchToReceiver())") == "speaker_not_supported"
        await page.evaluate("() => calls[0].hangup()")
        await door.says("session closed")
        assert await page.evaluate("() => calls[0].states") == [1, 3, 5, 3003]
        assert await page.evaluate("() => code(() => calls[0].hangup())") == "call_state"
    finally:
        await door.quit()
    await by_sound_alone(stage, page, number)


async def by_sound_alone(stage: Stage, page: Page, number: str) -> None:
    """An audio call, a door that refuses to open and hangs up; then one that is declined, and one that gives up."""
    async with ringing(stage, number) as (door, invite):
        await state(page, 1, 1)
        await page.evaluate("() => calls[1].acceptAudio()")
        dialog = acknowledge(door, invite, await door.response(200))
        await page.wait_for_function("async () => (await calls[1].iceNat()).audio === 'host'")
        assert (await page.evaluate("() => calls[1].iceNat()"))["video"] is None
        asked = asyncio.ensure_future(page.evaluate("() => code(() => calls[1].unlock())"))
        received = await door.request("INFO")
        for info in (received, await door.request("INFO")):
            door.send(sip.respond(info, 200))
        number_said = received.body.decode().partition('"reqsn":')[2].partition(",")[0]
        no = dialog.request("INFO")
        no.set("content-type", "application/json")
        no.body = f'{{"res":"unlock","reqsn":{number_said},"status":403}}'.encode()
        send(door, no)
        assert await asked == "unlock_refused"
        assert (await page.evaluate("() => unlocks.at(-1)"))[0] == "unlock_refused"
        send(door, dialog.request("BYE"))
        await state(page, 1, 5)
        assert await page.evaluate("() => calls[1].states") == [1, 3, 5, 3003]
    async with ringing(stage, number) as (door, invite):
        await state(page, 2, 1)
        await page.evaluate("() => calls[2].hangup()")
        declined = await door.response()
        door.send(sip.acknowledge(invite, declined))
        assert declined.status == 603
        await state(page, 2, 5)
        assert await page.evaluate("() => calls[2].states") == [1, 5, 3003]
    async with ringing(stage, number) as (door, invite):
        await state(page, 3, 1)
        door.send(sip.cancel(invite))
        await state(page, 3, 5)
        assert await page.evaluate("() => calls[3].states") == [1, 5, 3005]
    await until_quiet(stage.exchange)


@needs_baresip
@pytest.mark.covers("EP-60", "EP-61")
async def test_doors_are_looked_through_and_the_voice_is_taken(stage: Stage, tmp_path: Path) -> None:
    (first, _), (second, _) = await stage.app(), await stage.app()
    door, number = await stage.door(tmp_path / "door")
    try:
        await door.says("200 OK")
        for page in (first, second):
            await page.evaluate("() => intercom.setVideoView(view)")
            await page.evaluate("async (door) => { keep(await intercom.callWithSipNumber(door)) }", number)
            await state(page, 0, 3)
            await sees(page)
            assert await page.evaluate("() => calls[0].states") == [2, 3]
        assert stage.exchange.front.calls.count == 1
        await second.wait_for_function("() => talks.length === 1")
        assert await second.evaluate("() => calls[0].mayTalk") is False
        assert await first.evaluate("() => calls[0].mayTalk") is True
        await door.says("incoming rtp for 'audio' established")
        take, leave = (f"() => code(() => calls[0].{word}RemoteMicrophone())" for word in ("apply", "cancel"))
        assert await second.evaluate(take) == "done"
        await second.wait_for_function("() => calls[0].mayTalk")
        await first.wait_for_function("() => !calls[0].mayTalk")
        assert await first.evaluate(take) == "voice_taken"
        assert await second.evaluate(leave) == "done"
        await second.wait_for_function("() => !calls[0].mayTalk")
        assert await first.evaluate(take) == "done"
        await first.wait_for_function("() => calls[0].mayTalk")
        await first.evaluate("() => calls[0].hangup()")
        await sees(second)
        assert await second.evaluate("() => calls[0].unlock()") == 200
        await second.evaluate("() => calls[0].hangup()")
        await door.says("session closed")
    finally:
        await door.quit()
    await until_quiet(stage.exchange)
    for wanted, reason in ((number, 3005), ("nobody", 3004)):
        await first.evaluate("async (door) => { keep(await intercom.callWithSipNumber(door)) }", wanted)
        await first.wait_for_function("() => calls.at(-1).state === 5")
        assert await first.evaluate("() => calls.at(-1).states") == [2, 5, reason]
    assert await first.evaluate("() => code(() => intercom.callWithSipNumber('a b'))") == "bad_number"


@pytest.mark.covers("EP-63")
async def test_a_second_call_during_a_call(stage: Stage) -> None:
    page, number = await stage.app()
    doors = [await stage.exchange.phone(kind=1) for _ in range(3)]
    invites = [await door.call(number, body=DOOR) for door in doors]
    await page.wait_for_function("() => calls.length === 3 && calls.every((call) => call.state === 1)")
    order = [
        await page.evaluate("(door) => calls.findIndex((call) => call.number === door)", door.number)
        for door in doors
    ]

    async def accept(which: int, others: str) -> None:
        await page.evaluate("([at, others]) => calls[at].accept({ view, others })", [order[which], others])
        acknowledge(doors[which], invites[which], await doors[which].response(200))

    def told(*words: str) -> list[str]:
        return [f"{word.split()[0]} {order[int(word.split()[1])]}" for word in words]

    await accept(0, "pause")
    await accept(1, "pause")
    states = "(order) => order.map((at) => calls[at].state)"
    assert await page.evaluate(states, order) == [4, 3, 1]
    assert await page.evaluate("() => switched.splice(0)") == told("pause 0")
    await page.evaluate("(at) => intercom.switchTo(calls[at])", order[0])
    assert await page.evaluate(states, order) == [3, 4, 1]
    assert await page.evaluate("() => switched.splice(0)") == told("pause 1", "resume 0", "switch 0")
    await page.evaluate("(at) => calls[at].pause()", order[0])
    assert await page.evaluate("(at) => code(() => calls[at].pause())", order[0]) == "call_state"
    await page.evaluate("(at) => calls[at].resume()", order[0])
    assert await page.evaluate("(at) => code(() => intercom.switchTo(calls[at]))", order[2]) == "call_state"
    await accept(2, "hangup")
    for door in doors[:2]:
        door.send(sip.respond(await door.request("BYE"), 200))
    await page.wait_for_function(f"() => calls[{order[0]}].state === 5 && calls[{order[1]}].state === 5")
    assert await page.evaluate(states, order) == [5, 5, 3]
    fourth = await stage.exchange.phone(kind=1)
    invite = await fourth.call(number, body=DOOR)
    busy = await fourth.response()  # who talks is busy: nothing rings
    fourth.send(sip.acknowledge(invite, busy))
    assert busy.status == 486
    await page.evaluate("() => intercom.deInit()")
    doors[2].send(sip.respond(await doors[2].request("BYE"), 200))
    await until_quiet(stage.exchange)


async def test_the_example_answers_a_door(stage: Stage) -> None:
    page, (number, password) = await stage.page(), await stage.exchange.account()
    await page.goto(f"http://{stage.here}/examples/index.html")
    told = page.get_by_role("status")
    for label, given in (("Platform", stage.here), ("Number", number), ("Password", "wrong")):
        await page.get_by_label(label).first.fill(given)
    await page.get_by_role("button", name="Log in").click()
    await expect(told).to_have_text(re.compile("wrong_password"))
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in").click()
    await expect(told).to_have_text("Online")
    async with ringing(stage, number) as (door, invite):
        await expect(told).to_have_text(f"{door.number}: Incoming")
        await page.get_by_role("button", name="Answer", exact=False).first.click()
        acknowledge(door, invite, await door.response(200))
        await expect(told).to_have_text(f"{door.number}: Connected")
        await page.get_by_role("button", name="Hang up").click()
        door.send(sip.respond(await door.request("BYE"), 200))
        await expect(told).to_have_text(f"{door.number}: End, HangupByUser")
    await until_quiet(stage.exchange)
