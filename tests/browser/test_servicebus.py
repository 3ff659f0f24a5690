"""A model is registered, an application serves it, and both its answer and its failure are seen on the test page."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser.drop_downs import choose
from tests.browser.visit import Visit
from tests.real.platform import Installation

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"


class Application(BaseHTTPRequestHandler):
    """Answers every method with the meter it was asked for."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"code": 200, "message": "success", "data": {"meter": asked["params"]["meterId"]}})
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def application() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def set_up(visit: Visit, installation: Installation) -> None:
    code = (installation.folder / "setup-code").read_text().strip()
    answer = visit.page.request.post(
        f"{visit.base}/api/console/setup",
        data={
            "code": code, "tenantName": "和美物业", "name": "Wang Wei", "login": "wang", "password": PASSWORD,
            "projectName": "Partner",
        },
        headers={"x-linli-request": "1"},
    )  # fmt: skip
    assert answer.ok, answer.text()


@pytest.mark.covers("H-23")
def test_a_served_method_is_tried(fresh: tuple[Visit, Installation], application: HTTPServer) -> None:
    visit, installation = fresh
    page = visit.page
    set_up(visit, installation)

    visit.go("/integrations/service-bus")
    expect(page.get_by_text("iotx_parking_service_model")).to_be_visible()
    page.get_by_role("button", name="Register a model").click()
    panel = page.get_by_role("dialog", name="Register a model")
    document = panel.get_by_role("textbox", name="Model as JSON")
    good = document.input_value()
    document.fill(good.replace('"meterService"', '"no good"'))
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("alert")).to_be_visible()
    document.fill(good)
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_be_hidden()
    expect(page.get_by_text("meterService")).to_be_visible()

    page.get_by_role("tab", name="Providers").click()
    page.get_by_role("button", name="Add a provider").click()
    panel = page.get_by_role("dialog", name="Add a provider")
    panel.get_by_label("Name", exact=True).fill("Meters")
    choose(panel.get_by_role("combobox", name="Service model"), re.compile("^meterService"))
    panel.get_by_label("Application address", exact=True).last.fill("ftp://nowhere")
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator(".el-form-item__error")).to_be_visible()
    address = f"http://127.0.0.1:{application.server_port}"
    panel.get_by_label("Application address", exact=True).last.fill(address)
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_be_hidden()

    page.get_by_role("tab", name="Test").click()
    pane = page.get_by_role("main")
    choose(pane.get_by_role("combobox", name="Service model"), re.compile("meterService"))
    choose(pane.get_by_role("combobox", name="Method"), re.compile("readMeter"))
    box = page.get_by_role("textbox", name="Input")
    box.fill('{"meterId": "m-7"}')
    page.get_by_role("button", name="Send").click()
    said = page.get_by_role("status")
    expect(said).to_contain_text("200 success")
    expect(said).to_contain_text('"m-7"')
    box.fill("{}")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert").first).to_contain_text("meterId")

    application.shutdown()
    application.server_close()
    box.fill('{"meterId": "m-7"}')
    page.get_by_role("button", name="Send").click()
    expect(said).to_contain_text("500")
    page.get_by_role("tab", name="Calls").click()
    expect(page.get_by_role("row", name=re.compile("readMeter"))).to_have_count(2)
    assert visit.take_faults() == []
