"""What asks for no right is written down with its reason, and nothing else asks for none: all routers of a process."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from linli.app import rooms
from linli.app.platform import Platform
from linli.console.app import console_routes
from linli.console.resident.app import resident_routes
from linli.console.terminal.app import terminal_routes
from linli.domains.people.rights import SIGNED_IN
from linli.edge.services.console import api as box_page
from linli.kernel.settings import Disk, Http, Mqtt, Settings
from linli.protocols.door_http.interfaces import Server, served_by
from linli.protocols.edge_link import ACTIVATE
from linli.things import auth_http
from tests.scope import open_to_all as written
from tests.web_routes import web_routes


def test_routes_of_the_console() -> None:
    held = dict(web_routes(console_routes(0)))
    public = {name for name, handler in held.items() if handler.opt.get("public")}
    signed_in = {
        name
        for name, handler in held.items()
        if not handler.opt.get("public") and handler.opt["right"] == SIGNED_IN
    }
    assert public == written.CONSOLE_PUBLIC.keys()
    assert signed_in == written.CONSOLE_SIGNED_IN.keys()


def test_routes_of_residents() -> None:
    held = dict(web_routes(resident_routes(0)))
    public = {name for name, handler in held.items() if handler.opt.get("public")}
    assert public == written.RESIDENT_PUBLIC.keys()
    assert held.keys() - public == written.RESIDENT_SIGNED_IN.keys()


def test_routes_of_terminals() -> None:
    held = dict(web_routes(terminal_routes(0)))
    public = {name for name, handler in held.items() if handler.opt.get("public")}
    assert public == written.TERMINAL_PUBLIC.keys()
    assert held.keys() - public == written.TERMINAL_BOUND.keys()


def test_methods_of_the_open_api() -> None:
    """Each needs a signed key with its service; these need no token of a community."""
    held = {(spec.service, spec.token) for spec in rooms.registry() if spec.token != "required"}
    assert held == written.OPEN_API.keys()


def test_devices_and_boxes() -> None:
    assert auth_http._ROUTES.keys() == written.DEVICE_HTTP.keys()
    behind_log_in = {f"{method} /api/{name}" for method, name in box_page.HANDLERS}
    without_token = {
        path for path, one in served_by(Server.BOX).items() if "token" not in one.ask.__struct_fields__
    }
    assert written.BOX_LAN.keys() - behind_log_in == {"GET /api/hello", "POST /api/login", *without_token}


@pytest_asyncio.fixture
async def running(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Platform]:
    """A whole process; what it answers does not depend on its database."""
    file = tmp_path / "linli.db"
    shutil.copyfile(sqlite_template, file)
    settings = Settings(
        data_dir=str(tmp_path / "data"), database_url=f"sqlite:///{file}", http=Http(port=0), mqtt=Mqtt(port=0),
        disk=Disk(reserve_mb=0),
    )  # fmt: skip
    platform = await Platform.open(settings)
    await platform.start()
    yield platform
    await platform.stop()


async def test_what_the_web_server_answers(running: Platform) -> None:
    router: Any = running.router()
    held = {prefix for prefix, _ in router._prefixes}
    assert router._devices.keys() == written.DEVICE_HTTP.keys()
    assert held | {"(form at /)", "(open API)", "(pages)"} == written.WEB_PLACES.keys()
    http: Any = running.http
    assert http._upgrades.keys() == written.WEB_SOCKETS.keys()
    front: Any = running.boxes.front
    assert {f"{method} {path}" for method, path in front._open} == written.BOX_OPEN.keys()
    signed = {f"{method} {_template(pattern)}" for method, pattern, _ in front._routes}
    assert signed == written.BOX_SIGNED.keys()
    assert ACTIVATE in {path for _, path in front._open}


def _template(pattern: re.Pattern[str]) -> str:
    return re.sub(r"\(\?P<(\w+)>\[\^/\]\+\)", r"{\1}", pattern.pattern)
