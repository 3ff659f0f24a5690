"""The path of every page of the webs, read from their routers, with the ids of a running demo.

A router's parameter is filled by what `_FILL` asks of the platform; a page whose parameter nobody can fill is said, not
left out in silence. Tabs of a page are pages of their own.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

WEB: Final = Path(__file__).resolve().parent.parent / "web"
Fetch = Callable[[str], Any]
"""Path below /api -> what the platform answers to the signed-in session."""

_PATH = re.compile(r"""\bpath: ["'`]([^"'`]*)["'`]""")
_PARAMETER = re.compile(r":(\w+)(?:\((?:[^()]|\([^)]*\))*\))?\??")
_CHOICE = re.compile(r":tab\(([\w|]+)\)\?")
_TABS: Final = {
    "boxes/": ("setup", "history", "checks", "logs", "drivers", "terminal", "page", "files", "visits"),
    "products/": ("model", "topics", "connect", "script", "settings"),
}
"""Pages whose router takes any tab -> those that there are; one that is not there shows the first."""


def pages(app: str, fetch: Fetch) -> Iterator[tuple[str, str | None]]:
    """(route, its path below the app's place), with None for the path where the demo has nothing to show there."""
    ids = _ids(app, fetch)
    files = [*sorted((WEB / app / "src" / "domains").rglob("routes.ts")), WEB / app / "src/app/router.ts"]
    for file in files:
        for route in _PATH.findall(file.read_text("utf-8")):
            if "(.*)" in route and "rest" in route:
                yield route, "no/such/page"
                continue
            yield from _filled(route.replace("\\\\", "\\").lstrip("/"), ids)


def _filled(route: str, ids: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    tabs = _CHOICE.search(route)
    if tabs:
        for tab in ("", *tabs[1].split("|")):
            yield from _filled(route.replace(tabs[0], tab), ids)
        return
    if route.endswith("/:tab?"):
        for tab in ("", *_TABS[route[: route.index(":")]]):
            yield from _filled(route.replace(":tab?", tab), ids)
        return
    missing = False

    def fill(match: re.Match[str]) -> str:
        nonlocal missing
        value = ids.get(f"{route[: match.start()]}{match[1]}", ids.get(match[1], ""))
        missing = missing or not (value or match[0].endswith("?"))
        return value

    path = _PARAMETER.sub(fill, route)
    yield route, None if missing else path.rstrip("/")


def _ids(app: str, fetch: Fetch) -> dict[str, str]:
    """Parameter, with the route before it where the name alone would not tell, -> an id of the demo."""
    ids: dict[str, str] = {}

    def note(name: str, path: str, *ways: str) -> str:
        value: Any = None
        try:
            value = fetch(path)
            for way in ways:
                value = value[int(way)] if way.isdigit() else value[way]
        except (LookupError, TypeError):
            return ""
        ids[name] = str(value)
        return ids[name]

    if app == "resident":
        note("c/id", "/resident/houses", "0", "communityId")
        ids["community"] = ids.get("c/id", "")
        ids["houses/id"] = note("house", "/resident/houses", "0", "houseId")
        note("notices/id", f"/resident/communities/{ids['community']}/notices", "data", "0", "id")
        note("topic", "/resident/my-data", "topics", "0", "topic")
        ids["code"] = "no-such-code"
        return ids
    first = ("data", "0")
    here = note("communities/id", "/console/communities?applyStatus=2", *first, "id")
    at = f"/console/communities/{here}"
    note("identityId", f"{at}/residents", *first, "identityId")
    note("person", f"{at}/residents", *first, "identityId")
    note("reviews/person", f"{at}/residents?status=2", *first, "identityId")
    note("houseId", f"{at}/houses", *first, "id")
    ids["house"] = ids.get("houseId", "")
    note("notices/id", f"{at}/notices?state=published", *first, "id")
    ids["notice"] = ids.get("notices/id", "")
    note("visit", f"{at}/visits", *first, "id")
    note("groupId", "/console/device-groups", "0", "id")
    note("user-groups/groupId", f"{at}/user-groups", *first, "id")
    note("departmentId", f"{at}/departments", "0", "id")
    note("iotId", "/console/doors", *first, "iotId")
    note("batchId", "/console/device-batches", *first, "id")
    note("campaignId", "/console/firmware-campaigns", *first, "id")
    note("categoryId", "/console/categories", "0", "id")
    note("productKey", "/console/products/list", *first, "productKey")
    note("projectId", "/console/app-platform/projects", *first, "projectId")
    note("nodeId", "/console/edge/boxes", *first, "id")
    note("clusterId", "/console/edge/clusters", *first, "id")
    gateway = note("gatewayId", "/console/edge/gateways", "0", "id")
    note("protocolId", f"/console/edge/gateways/{gateway}", "protocols", "0", "id")
    note("integrations/subscriptions/id", "/console/subscriptions", "0", "id")
    note("model", "/console/service-models", "0", "id")
    note("version", "/console/service-models", "0", "version")
    note("accountId", "/console/organisation/persons", *first, "accountId")
    note("token", "/console/organisation/invitations", "0", "token")
    ids["method"] = "entrance/paas/perm/qrcode/config@1.0.1"
    ids["ticket"] = "no-such-ticket"
    ids.setdefault("token", "no-such-invitation")
    return ids
