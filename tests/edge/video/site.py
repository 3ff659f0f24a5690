"""A whole platform with a whole box, and what an integrator does in the console and on the box's page."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec

from linli.app.platform import Platform
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts, companies
from linli.edge.cloud import BoxClock, activate, save_identity
from linli.edge.runtime.compose import Box
from linli.edge.runtime.lan import Ports
from linli.edge.services.console.door import new_code
from linli.kernel.ids import Ids
from linli.protocols.edge_link import CloudAddress, MqttAddress

SERIAL = "SN-20261201-01"
MODEL = "LE-A-B002-SC001"
PASSWORD = "a good password"
PORTS = Ports(host="127.0.0.1", files=(0,), console=0, mqtt=0, route=0, video=0)


async def until(done: Callable[[], Awaitable[Any]], seconds: float = 120) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await done()):
            await asyncio.sleep(0.02)
    return found


class Page:
    """The video page on the box, as a browser uses it. `base` ends without a slash."""

    def __init__(self, base: str) -> None:
        self.http = httpx.AsyncClient(
            base_url=base, trust_env=False, headers={"accept-language": "en"}, timeout=60
        )

    async def log_in(self, word: str, new: str = "") -> httpx.Response:
        answer = await self.send("login", word=word, newPassword=new)
        if answer.status_code == 200:
            self.http.headers["x-linli-request"] = f"Bearer {answer.json()['token']}"
        return answer

    async def get(self, path: str) -> Any:
        answer = await self.http.get(f"/api/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, path: str, **body: Any) -> httpx.Response:
        return await self.http.post(f"/api/{path}", content=json.dumps(body))

    async def do(self, path: str, **body: Any) -> Any:
        answer = await self.send(path, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, path: str, **body: Any) -> tuple[str, str]:
        """Field and words."""
        answer = await self.send(path, **body)
        assert 400 <= answer.status_code < 500, answer.text
        said = answer.json()
        return said["field"] or "", said["message"]

    async def rows(self) -> dict[str, dict[str, Any]]:
        return {row["name"]: row for row in (await self.get("video/devices"))["devices"]}

    async def both_online(self, *names: str) -> dict[str, dict[str, Any]]:
        """云端连接 and 本地连接 of these; the rows then."""

        async def there() -> Any:
            rows = await self.rows()
            good = all(rows[name]["cloudOnline"] and rows[name]["localOnline"] for name in names)
            return rows if good else None

        return dict(await until(there))


class VideoSite:
    def __init__(self, platform: Platform, browser: httpx.AsyncClient, folder: Path) -> None:
        self.platform, self.browser, self.folder = platform, browser, folder
        self.cluster = self.node = ""
        self.box: Box

    async def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = await self.browser.request(method, path, json=body, params=query)
        assert answer.status_code < 300, f"{path}: {answer.text}"
        return answer.json() if answer.content else None

    async def build(self) -> "VideoSite":
        self.cluster = (await self.call("POST", "/edge/clusters", {"name": "望月府小区", "model": MODEL}))[
            "id"
        ]
        form = {"name": "wangyuefu-01", "serialNumber": SERIAL}
        self.node = (await self.call("POST", f"/edge/clusters/{self.cluster}/nodes", form))["id"]
        label = await self.call("GET", f"/edge/nodes/{self.node}/label")
        identity = await activate(
            f"http://127.0.0.1:{self.platform.http.port}", serial=SERIAL, code=label["activationCode"],
            hardware="hw-0123456789abcdef", clock=BoxClock(), ids=Ids(), report=lambda text: None, model=MODEL,
        )  # fmt: skip
        activated = msgspec.structs.replace(
            identity.activated,
            cloud=CloudAddress(base_url=f"http://127.0.0.1:{self.platform.http.port}"),
            mqtt=MqttAddress(host="127.0.0.1", port=self.platform.mqtt_port),
        )
        identity = msgspec.structs.replace(identity, activated=activated)
        home = self.folder / "box"
        save_identity(home, identity)
        self.box = Box(home, identity, ports=PORTS)
        await self.box.start()
        await self.box.pulse.once()
        await self.component("edge_cluster", "POST", "install", params={})
        await self.component("device_access", "POST", "install", params={})
        return self

    async def component(self, code: str, method: str, act: str = "", **body: Any) -> None:
        """Do it, and let the box hear of it."""
        path = f"/edge/clusters/{self.cluster}/components/{code}" + (f"/{act}" if act else "")
        await self.call(method, path, body or None)
        await self.box.deployer.refresh()
        await self.box.pulse.once()

    async def install(self, code: str, **more: str) -> None:
        """申请, approval, 安装 on this node and its card."""
        part = f"/edge/clusters/{self.cluster}/components/{code}"
        await self.call("POST", f"{part}/ask", {"reason": "安防"})
        await self.call("POST", f"/edge/component-requests/{self.cluster}/{code}", {"approved": True})
        params = {"node": "wangyuefu-01", "nicName": "lo", "nicIp": "127.0.0.1", **more}
        await self.component(code, "POST", "install", params=params)

    async def shown(self, code: str) -> dict[str, Any]:
        rows = await self.call("GET", f"/edge/clusters/{self.cluster}/components")
        return next(dict(row) for row in rows if row["code"] == code)

    async def page(self) -> Page:
        """The page on its own port, logged in."""
        assert self.box.lan is not None
        page = Page(f"http://127.0.0.1:{self.box.lan.video_page.port}")
        if not hasattr(self, "_set"):
            answer = await page.log_in(new_code(self.box.home / "console"), PASSWORD)
            self._set = True
        else:
            answer = await page.log_in(PASSWORD)
        assert answer.status_code == 200, answer.text
        return page

    # things

    async def product(self, name: str, category: str, *, gateway: bool | None = None) -> str:
        made = await self.call(
            "POST", "/products", {"name": name, "categoryCode": category, "gateway": gateway}
        )
        return str(made["productKey"])

    async def device(self, product: str, name: str) -> dict[str, Any]:
        return dict(await self.call("POST", "/devices", {"productKey": product, "deviceName": name}))

    async def batch(self, product: str, *names: str) -> str:
        """设备-批量添加 by a file; the text of 设备证书.csv."""
        path = "/device-batches/upload"
        answer = await self.browser.post(
            path,
            params={"productKey": product},
            files={"file": ("n.csv", "\n".join(["DeviceName", *names]).encode())},
        )
        assert answer.status_code == 200, answer.text
        number = answer.json()["id"]

        async def done() -> bool:
            return bool((await self.call("GET", f"/device-batches/{number}"))["state"] == "done")

        await until(done)
        url = (await self.call("POST", f"/device-batches/{number}/certificates"))["url"]
        answer = await self.browser.get(url.removeprefix("/api/console"))
        assert answer.status_code == 200, answer.text
        return answer.content.decode("utf-8-sig")

    async def state(self, iot_id: str) -> str:
        return str((await self.call("GET", f"/devices/{iot_id}"))["state"])

    async def named(self, name: str) -> dict[str, Any]:
        found = await self.call("GET", "/devices", q=name, everywhere="true")
        return next(dict(row) for row in found["data"] if row["deviceName"] == name)

    async def becomes(self, name: str, state: str) -> None:
        async def there() -> bool:
            return bool((await self.named(name))["state"] == state)

        await until(there)

    async def sleep_and_wake(self) -> None:
        """The box stops and comes back, as after a power cut."""
        home, identity = self.box.home, self.box.identity
        await self.box.stop()
        self.box = Box(home, identity, ports=PORTS)
        await self.box.start()

    async def colleague(self, login: str) -> httpx.AsyncClient:
        """Another log-in of the company, signed in (RAM 子账号)."""
        hashed, now_ms = await accounts.hash_password(PASSWORD), self.platform.clock.now_ms()
        here = (await self.call("GET", "/session"))["tenant"]["id"]
        async with self.platform.db.begin() as tx:
            account = await accounts.create_account(
                tx,
                login=login,
                password_hash=hashed,
                proven=True,
                name="孙杰",
                ids=self.platform.ids,
                now_ms=now_ms,
            )
            await companies.put_in(tx, tenant_id=here, account_id=account, by=account, now_ms=now_ms)
            await accounts.grant_role(
                tx, account_id=account, role=Role.TENANT_ADMIN, tenant_id=here, now_ms=now_ms
            )
        client = httpx.AsyncClient(
            base_url=self.browser.base_url,
            headers={"x-linli-request": "1", "accept-language": "en"},
            trust_env=False,
        )
        answer = await client.post("/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return client

    async def close(self) -> None:
        if hasattr(self, "box"):
            await self.box.stop()
