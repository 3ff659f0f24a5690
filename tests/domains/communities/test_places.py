"""A map service beside the catalogue, spoken to over HTTP: its places are kept, and its silence is told."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from linli.domains.communities.service import pois
from linli.kernel.settings import MapProvider
from tests.console.conftest import administrator, browser, worker  # noqa: F401 - fixtures
from tests.console.conftest import parts as console_parts  # noqa: F401 - a fixture
from tests.domains.communities.builders import POI_CSV

FOUND: dict[str, Any] = {
    "id": "B0FFH12345", "name": "云栖小镇家园", "type": "商务住宅;住宅区;住宅小区", "typecode": "120302",
    "address": "转塘街道", "location": "120.085000,30.128000", "pname": "浙江省", "cityname": "杭州市",
    "adname": "西湖区", "parent": [], "tel": [],
}  # fmt: skip
"""As AMap's place search writes a place: what is missing is an empty list."""


@dataclass
class MapService:
    """Answers as AMap's keyword search does (v3/place/text), or misbehaves."""

    mode: str = "good"
    places: list[Any] = field(default_factory=lambda: [FOUND])
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    drip: threading.Event = field(default_factory=threading.Event)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        query = parse_qs(urlsplit(handler.path).query)
        self.asked.append({name: values[0] for name, values in query.items()})
        told: dict[str, Any] = {"status": "1", "info": "OK", "infocode": "10000", "pois": self.places}
        if self.mode == "quota":
            told = {"status": "0", "info": "DAILY_QUERY_OVER_LIMIT", "infocode": "10003"}
        body = b"<html>" if self.mode == "garbage" else json.dumps(told).encode()
        if self.mode == "large":
            body = json.dumps({**told, "more": "x" * (2 << 20)}).encode()
        handler.send_response(503 if self.mode == "down" else 200)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        if self.mode == "drip":
            while not self.drip.wait(0.02):
                handler.wfile.write(b" ")
                handler.wfile.flush()
        handler.wfile.write(body)


@pytest.fixture
def service() -> Iterator[MapService]:
    made = MapService()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                made.answer(self)
            except OSError:
                """The caller has gone."""

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    made.drip.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def parts(console_parts, service):  # noqa: F811
    url = service.url + "/v3/place/text?key=k&keywords={keywords}&city={city}&citylimit={citylimit}"
    settings = msgspec.structs.replace(
        console_parts.settings, places=MapProvider(search_url=url, timeout_seconds=0.5)
    )
    return type(console_parts)(**{**vars(console_parts), "settings": settings})


async def _search(browser, text: str, city: str = "") -> tuple[str, list[str]]:  # noqa: F811
    answer = (await browser.get("/pois", params={"q": text, "city": city})).json()
    return answer["provider"], [place["poid"] for place in answer["places"]]


@pytest.mark.covers("ONB-04")
async def test_what_the_map_service_finds_stays_when_it_is_silent(parts, service, administrator):  # noqa: F811
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    assert await _search(administrator, "云栖", "杭州") == ("answered", ["B0FFH12345"])
    assert service.asked[-1] == {"key": "k", "keywords": "云栖", "city": "杭州", "citylimit": "true"}
    await _search(administrator, "a&b=c#d")
    assert service.asked[-1]["keywords"] == "a&b=c#d", "words cannot become parameters"
    asked = len(service.asked)
    assert await _search(administrator, "  ") == ("off", [])
    assert len(service.asked) == asked
    for mode in ("quota", "garbage", "down", "large", "drip"):
        service.mode = mode
        started = time.monotonic()
        assert await _search(administrator, "桂花城", "杭州") == ("silent", ["B000000001", "B023B19DJA"]), (
            mode
        )
        assert await _search(administrator, "云栖") == ("silent", ["B0FFH12345"]), mode
        assert time.monotonic() - started < 30, mode


async def test_places_that_cannot_be_kept_are_left_out(parts, service, administrator):  # noqa: F811
    service.places = [
        FOUND, FOUND, "no place", {"id": "B1"}, {**FOUND, "id": "B2", "location": "somewhere"},
        {**FOUND, "id": "B3", "name": "字" * 300}, {**FOUND, "id": "B4", "cityname": [], "pname": "浙江省"},
    ]  # fmt: skip
    provider, found = await _search(administrator, "云栖")
    assert provider == "answered"
    assert set(found) == {"B0FFH12345", "B4"}
