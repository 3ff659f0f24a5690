"""What pages of the console are looked at for, and where those of daily work are."""

import re

from tests.browser.visit import Visit, keep_picture

TEXT_KEY = re.compile(
    r"(?<![\w.])(?:app|shared|overview|people|doors|devices|products|deliveries|inbox|firmware|configs|integrations|settings|debugging|charts|devicegroups|vehicles|notices|visitors|claims|company|entry|history|property|usergroups|organisation|cameras|projects)\.[a-z]\w*\b"
)
DAILY = [(1440, "zh-CN", "light"), (360, "en", "dark")]
"""How the pages of daily work are looked at closely: with axe too, which takes as long as the page itself."""


def first(visit: Visit, path: str) -> dict[str, str]:
    rows: list[dict[str, str]] = visit.fetch("GET", f"/console{path}")["data"]
    return rows[0]


def daily_paths(visit: Visit) -> dict[str, str]:
    """Pages of communities, people and property services, and what opens in them."""
    here = f"/communities/{first(visit, '/communities?applyStatus=2')['id']}"
    resident = first(visit, f"{here}/residents")["identityId"]
    visitor = first(visit, f"{here}/visits?state=expected")["id"]
    notice = first(visit, f"{here}/notices?state=published")["id"]
    return {
        "overview": "/overview",
        "wall": "/screen",
        "communities": "/communities",
        "community": here,
        "poster": f"{here}/poster",
        "spaces": "/spaces",
        "residents": "/residents",
        "residents-waiting": "/residents?status=2",
        "resident": f"/residents?resident={resident}",
        "resident-form": "/resident-form",
        "user-groups": "/user-groups",
        "visitors": "/visitors",
        "visitor-history": "/visitors?view=history",
        "visit": f"/visitors?visit={visitor}",
        "vehicles": "/vehicles",
        "cameras": "/cameras",
        "notices": "/notices",
        "notice": f"/notices?notice={notice}",
        "new-notice": "/notices/new",
        "employees": "/employees",
        "permissions": "/permissions",
        "functions": "/permissions/functions",
        "company": "/organisation",
        "persons": "/organisation/persons",
        "roles": "/organisation/roles",
        "log": "/organisation/log",
        "settings": "/settings",
    }


def other_paths(visit: Visit) -> list[str]:
    """The pages of everybody else: who connects, sets up, mends and looks after the company."""
    door = first(visit, "/doors")["iotId"]
    product = first(visit, "/products/list")["productKey"]
    here = f"/communities/{first(visit, '/communities?applyStatus=2')['id']}"
    person = first(visit, f"{here}/residents?status=1")["identityId"]
    house = first(visit, f"{here}/houses")["id"]
    tabs = (
        "properties", "events", "services", "check", "desired", "shadow", "log", "topology", "messages",
        "deliveries", "certificates", "manage",
    )  # fmt: skip
    return [
        "/login",
        "/wall",
        *(f"/{name}" for name in (
            "doors", "passes", "door-alarms", "credentials", "denied", "faces", "faces/engine", "guard-desk", "calls",
            "lifts", "deliveries", "deliveries/devices", "deletion-requests", "devices", "products",
            "products/categories", "device-groups", "device-batches", "serials", "firmware",
            "firmware/campaigns", "configs", "boxes", "edge-clusters", "edge-gateways", "passage-rules",
            "vendor-catalogue", "edge-drivers", "certificates", "activate-box", "inbox",
            "charts", "debugging", "device-log", "trace", "refused-messages", "projects",
            "integrations/keys", "integrations/subscriptions", "integrations/records", "integrations/reference",
            "integrations/sandbox", "integrations/requests", "integrations/debugger", "integrations/service-bus",
            "organisation/groups", "no/such/page",
        )),
        f"/residents/{person}",
        f"/houses/{house}",
        f"/doors/{door}",
        *(f"/devices/{door}/{tab}" for tab in tabs),
        *(f"/products/{product}/{tab}" for tab in ("", "topics", "settings")),
        f"/debugging/{door}",
        "/boxes/1",
    ]  # fmt: skip


def look(visit: Visit, name: str, width: int, language: str, theme: str) -> list[str]:
    """Take the picture; what is wrong with the page, as far as a machine sees it."""
    page = visit.page
    keep_picture(page, f"{name}-{width}-{language}-{theme}")
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [f"{name} at {width}: scrolls sideways by {wider} px"] if wider > 0 else []
    keys = sorted(set(TEXT_KEY.findall(page.inner_text("body"))))
    return found + [f"{name} in {language}: shows {key}" for key in keys]
