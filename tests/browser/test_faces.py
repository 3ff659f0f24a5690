"""Faces as people meet them: staff and residents before their phone's camera, the desk with a picture and a form.

The models and the photographs are those that `./linli test` fetches; the camera shows a file.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.phone import look, open_phone, sign_in
from tests.browser.sample import Demo, sample_running
from tests.browser.visit import Visit, open_browser
from tests.vision import shipped
from tests.vision.conftest import models_or_skip


@pytest.fixture(scope="module")
def photographs() -> dict[str, bytes]:
    models_or_skip()
    found = shipped.pictures()
    if not found:
        pytest.skip("the pictures that packages ship are not here (./linli test fetches them)")
    return found


@pytest.fixture(scope="module")
def demo(photographs: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with sample_running(tmp_path_factory.mktemp("faces"), "--faces") as started:
        yield started


@pytest.fixture(scope="module")
def camera(photographs: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Chromium's arguments for a camera that shows one person, close enough."""
    person = Image.open(io.BytesIO(photographs["obama.jpg"])).convert("RGB")
    frame = Image.new("RGB", (960, 720), (120, 120, 120))
    frame.paste(person.crop((150, 50, 850, 750)).resize((720, 720)), (120, 0))
    out = io.BytesIO()
    frame.save(out, "JPEG", quality=90)
    film = tmp_path_factory.mktemp("camera") / "person.mjpeg"
    film.write_bytes(out.getvalue() * 30)
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]


def _take(visit: Visit, name: str) -> None:
    """Agree to the text, wait for the camera's picture to do, take it."""
    page = visit.page
    page.get_by_text("I have read this and agree").wait_for()
    look(visit, f"{name}-consent")
    assert page.locator("video").count() == 0, "no camera before consent"
    page.get_by_text("I have read this and agree").click()
    page.get_by_text("Good. Take it now.").wait_for()
    look(visit, f"{name}-camera")
    page.get_by_role("button", name="Take the picture").click()
    page.get_by_text("Doors know your face").wait_for()
    look(visit, f"{name}-kept")
    assert not visit.take_faults()


@pytest.mark.covers("PM-04")
def test_staff_take_their_face_show_their_code_and_take_the_face_back(
    browser: Browser, demo: Demo, camera: list[str]
) -> None:
    with open_phone(browser, demo.url, arguments=camera) as visit:
        page = visit.page
        visit.sign_in_quietly("guard", demo.passwords["guard"])
        visit.go("/staff/key")
        page.get_by_text("Hold it to the door").wait_for()
        page.get_by_role("button", name="My face").click()
        _take(visit, "staff-face")
        # Every door of the community that takes faces: the gates say when they have it, and the page tells so by itself.
        page.get_by_text("There", exact=True).first.wait_for()
        page.get_by_role("button", name="Take my face back").click()
        page.get_by_role("button", name="Erase it").click()
        page.get_by_text("Taken back").wait_for()
        page.get_by_text("I have read this and agree").wait_for()
        look(visit, "staff-face-erased")
        visit.go("/staff/key")
        page.get_by_text("Hold it to the door").wait_for()
        assert not visit.take_faults()


def test_a_resident_takes_their_face(browser: Browser, demo: Demo, camera: list[str]) -> None:
    with open_phone(browser, demo.url, arguments=camera) as visit:
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        visit.go("/m/face")
        _take(visit, "resident-face")


def test_the_desk_records_a_face_and_finds_it_by_another_picture(
    browser: Browser, demo: Demo, photographs: dict[str, bytes], tmp_path: Path
) -> None:
    files = {}
    for name in ("sample6.jpg", "obama3.jpg", "obama2.jpg"):
        files[name] = tmp_path / name
        files[name].write_bytes(photographs[name])
    form = tmp_path / "signed.pdf"
    form.write_bytes(b"%PDF-1.4 signed")
    with open_browser(browser, demo.url) as visit:
        visit.sign_in_quietly("manager", demo.passwords["manager"])
        page = visit.page
        visit.go("/residents")
        page.locator("button.open").nth(2).wait_for()
        person = page.locator("button.open").nth(2).inner_text()
        page.locator("button.open").nth(2).click()
        page.get_by_role("tab", name="Face").click()
        page.get_by_role("button", name="Record a face").last.click()
        page.set_input_files("#face-picture", files["sample6.jpg"])
        page.get_by_text("Only one person, please.").wait_for()
        page.locator(".el-checkbox", has_text="The person has signed this text").click()
        assert page.get_by_role("button", name="Record the face").is_disabled()
        visit.picture("record-poor")
        page.set_input_files("#face-picture", files["obama3.jpg"])
        page.get_by_text("This picture does", exact=True).wait_for()
        page.set_input_files("#face-proof", form)
        page.get_by_text("signed.pdf").wait_for()
        visit.picture("record-good")
        page.get_by_role("button", name="Record the face").click()
        page.get_by_text("The face that is kept").wait_for()
        visit.picture("record-kept")

        visit.go("/faces")
        row = page.get_by_role("row").filter(has_text=person).first
        row.get_by_role("link", name="See the form").wait_for()
        visit.picture("console-faces")

        visit.go("/faces/engine")
        page.get_by_text("MobileFaceNet (192 dimensions)").wait_for()
        expect(page.get_by_text("Running")).to_have_count(3)
        page.set_input_files("#search-picture", files["sample6.jpg"])
        page.get_by_text("Nobody whom this community knows").wait_for()
        page.set_input_files("#search-picture", files["obama2.jpg"])
        page.get_by_role("link", name=person).first.wait_for()
        visit.picture("console-engine")
        # What cannot be recognised is listed with its reason and the way to mend it.
        page.get_by_text("No face, or more than one").first.wait_for()
        page.get_by_role("link", name="Record anew").first.click()
        page.get_by_role("tab", name="Face", selected=True).wait_for()
        assert not visit.take_faults()


NO_CAMERA = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })"
"""As browsers have it where a page came over plain HTTP."""


def test_the_desk_takes_the_picture_with_its_camera(browser: Browser, demo: Demo, camera: list[str]) -> None:
    with open_browser(browser, demo.url, arguments=camera) as visit:
        visit.sign_in_quietly("manager", demo.passwords["manager"])
        page = visit.page

        def record(number: int) -> None:
            visit.go("/residents")
            page.locator("button.open").nth(number).click()
            page.get_by_role("tab", name="Face").click()
            page.get_by_role("button", name="Record a face").last.click()

        record(4)
        page.get_by_role("button", name="Take a picture").click()
        dialog = page.get_by_role("dialog", name="Camera")
        dialog.get_by_text("One person, looking into the camera").wait_for()
        visit.picture("record-camera")
        dialog.get_by_role("button", name="Take it").click()
        page.get_by_text("This picture does", exact=True).wait_for()
        dialog.wait_for(state="hidden")
        assert page.evaluate("document.querySelector('video')?.srcObject?.active ?? false") is False
        page.locator(".el-checkbox", has_text="The person has signed this text").click()
        page.get_by_role("button", name="Record the face").click()
        page.get_by_text("The face that is kept").wait_for()

        page.add_init_script(NO_CAMERA)
        page.reload()
        record(5)
        page.get_by_text("Browsers give pages the camera over HTTPS only.").wait_for()
        visit.picture("record-no-camera")
        page.on("filechooser", lambda _: None)  # taken over before the key asks for it
        with page.expect_file_chooser():
            page.get_by_role("button", name="Take a picture").click()
        assert not visit.take_faults()
