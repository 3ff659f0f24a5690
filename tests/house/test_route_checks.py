"""Every web route is asked by a page, and what pages ask is answered."""

from pathlib import Path

import route_checks
from code_tree import Package
from code_types import read_code
from route_checks import calls_in, route_problems

ROOT = Path(__file__).resolve().parents[2]

PAGE = """
api.GET('/api/console/doors')
answer(api.POST('/api/console/doors/{iot_id}/open', { body }))
const at = '/api/console/visits/{id}' as const
api.DELETE(at, {})
const base = computed(() => `/api/console/edge/protocols/${props.protocolId}`)
const file = `${base.value}/template.xlsx?language=${language()}`
return `/api/console/communities/${id.value}/visits/export.${kind}?${query}`
<a href="/api/console/reference/openapi.json" download="x">OpenAPI</a>
if (!path.startsWith('/api/console/session')) leave()
"""


def test_every_route_has_a_page_and_every_page_its_routes() -> None:
    assert list(route_problems(ROOT, read_code(ROOT / "src" / "linli").package)) == []


def test_calls_links_and_downloads_are_read_off_a_page() -> None:
    assert [(call.method, call.path) for call in calls_in(PAGE)] == [
        ("GET", "/api/console/doors"),
        ("POST", "/api/console/doors/{}/open"),
        ("DELETE", "/api/console/visits/{}"),
        ("", "/api/console/edge/protocols/{}"),
        ("", "/api/console/edge/protocols/{}/template.xlsx"),
        ("", "/api/console/communities/{}/visits/export.{}"),
        ("", "/api/console/reference/openapi.json"),
        ("", "/api/console/session"),
    ]


def test_a_route_without_page_and_a_call_without_route_are_named(tmp_path, monkeypatch) -> None:
    served = [("GET", "/api/console/doors"), ("GET", "/api/console/records"), ("PUT", "/api/console/keys")]
    monkeypatch.setattr(route_checks, "served", lambda root: served)
    monkeypatch.setattr(route_checks, "FOR_OTHERS", {"PUT /api/console/keys": "for integrators"})
    page = tmp_path / "web" / "console" / "src" / "Page.vue"
    page.parent.mkdir(parents=True)
    page.write_text("api.GET('/api/console/doors')\napi.POST('/api/console/doors')\n")
    (tmp_path / "src" / "linli").mkdir(parents=True)
    assert list(route_problems(tmp_path, Package(tmp_path / "src" / "linli"))) == [
        "GET /api/console/records: no page asks it",
        "web/console/src/Page.vue:2: no route answers POST /api/console/doors",
    ]
