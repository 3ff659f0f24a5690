"""What protects browsers, on every surface of the port that users reach."""

import httpx
import pytest

from linli.app import web as web_module
from linli.app.headers import of_installation
from linli.app.platform import Platform
from linli.kernel.settings import Http, Settings, Tls

pytestmark = pytest.mark.engines("sqlite")

WALKED = {
    "/healthz": ["/healthz"],
    "/readyz": ["/readyz"],
    "/metrics": ["/metrics"],
    "/ca.pem": ["/ca.pem"],
    "/ca.der": ["/ca.der"],
    "/ca.json": ["/ca.json"],
    "/files/": ["/files/nothing", "/files/nothing?token=x"],
    "/api/console": ["/api/console/session", "/api/console/none", "/api/console/schema/openapi.json"],
    "/api/resident": ["/api/resident/session", "/api/resident/none"],
    "/m": ["/m", "/m/", "/m/anywhere", "/m/assets/gone.js", "/m/manifest.webmanifest"],
    "/api/terminal": ["/api/terminal/session", "/api/terminal/none"],
    "/terminal": ["/terminal", "/terminal/", "/terminal/anywhere", "/terminal/assets/gone.js"],
    "/staff": ["/staff", "/staff/", "/staff/anywhere"],
    "/help": ["/help", "/help/", "/help/en/", "/help/en/nowhere", "/help/assets/gone.js"],
    "/oss": ["/oss"],
    "/v": ["/v/nothing"],
    "/r": ["/r/nothing"],
    "/bell": ["/bell/nothing"],
    "/park": ["/park/nothing"],
    "/park/lane/": ["/park/lane/nothing"],
    "/shop": ["/shop/nothing"],
    "/coupon": ["/coupon/nothing"],
    "/ticket": ["/ticket/nothing"],
    "/edge": ["/edge/nothing"],
    "/box-page/": ["/box-page/1/x/"],
    "/subscriptions/": ["/subscriptions/1/events", "/subscriptions/none"],
    "/rabbitmq/auth/": ["/rabbitmq/auth/user"],
    "": ["/", "/devices", "/assets/gone.js", "/favicon.svg"],
}
METHODS = ("GET", "HEAD", "POST", "OPTIONS")


async def test_every_surface_says_what_browsers_may_do_with_it(
    web: httpx.AsyncClient, platform: Platform
) -> None:
    router = web_module.router_of(platform)
    assert {prefix for prefix, _ in router._prefixes} == set(WALKED) - {""}, "walk the new surface too"
    for path in [path for paths in WALKED.values() for path in paths]:
        for method in METHODS:
            answer = await web.request(method, path)
            said = answer.headers
            where = f"{method} {path}: {answer.status_code} {dict(said)}"
            assert answer.status_code < 500, where
            assert said["x-content-type-options"] == "nosniff", where
            if path in WALKED[""] and "x-ca-request-id" in said:
                assert "frame-ancestors 'none'" in said["content-security-policy"], where
                continue  # answered by the open API, whose callers are no browsers
            assert said["x-frame-options"] == "DENY", where
            assert said["referrer-policy"] in ("same-origin", "no-referrer"), where
            assert "geolocation=()" in said["permissions-policy"], where
            policy = said["content-security-policy"]
            assert "default-src " in policy, where
            assert "default-src *" not in policy, where
            assert "frame-ancestors 'none'" in policy, where
            assert "unsafe-eval" not in policy, where
            assert "server" not in said, where
            assert "strict-transport-security" not in said, where
            if path.startswith("/api/"):
                assert "no-store" in said["cache-control"], where


@pytest.mark.parametrize(
    "settings, told",
    [
        (Settings(), ""),
        (Settings(http=Http(public_url="http://linli.example")), ""),
        (Settings(http=Http(public_url="https://linli.example")), "max-age=31536000"),
        (Settings(tls=Tls(certificate="server.crt")), "max-age=31536000"),
        (Settings(http=Http(public_url="https://linli.example", hsts_seconds=60)), "max-age=60"),
        (Settings(http=Http(public_url="https://linli.example", hsts_seconds=0)), ""),
    ],
)
def test_reached_by_https_browsers_are_told_to_stay_there(settings: Settings, told: str) -> None:
    assert dict(of_installation(settings)).get(b"strict-transport-security", b"").decode() == told
