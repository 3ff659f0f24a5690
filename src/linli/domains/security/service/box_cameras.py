"""Cameras as adapters of a box know them (spec H 2.5): made of what `domains.video` knows of them."""

from linli.domains.security.queries import boxes as queries
from linli.domains.video.queries import cameras as video_queries
from linli.domains.video.rows import Camera
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import CAMERAS_MOST, AdapterAddress, SecurityCamera, SecurityConfig
from linli.things.queries.devices import get_device

_PORTS = {"HIK": 8000, "DH": 37777, "UNIVIEW": 80, "TIANDY": 3000}
"""Where a maker's own protocol is, unless something else was entered."""
_WORDS = {
    "HIK": ("海康", "hik"),
    "DH": ("大华", "dahua"),
    "UNIVIEW": ("宇视", "uniview"),
    "TIANDY": ("天地伟业", "tiandy"),
}


def manufacture_of(camera: Camera) -> str:
    """HIK, DH, UNIVIEW, TIANDY; empty for another maker."""
    brand = camera.brand.casefold()
    for code, words in _WORDS.items():
        if brand == code.casefold() or any(word in brand for word in words):
            return code
    return {1: "HIK", 2: "DH"}.get(camera.protocol or 0, "")


async def config_of(
    scope: Scope, db: Reader, *, node_id: int, gateway_no: int | None, community_id: int, secrets: Secrets
) -> SecurityConfig:
    """For one box: cameras of the community with a maker of adapters and an address, and none of another box."""
    rows = await video_queries.all_of_community(scope, db, community_id)
    recorders = {row.ip: row for row in rows if row.ip and not row.nvr_ip}
    nvr_ips = {row.nvr_ip for row in rows if row.nvr_ip}
    cameras = []
    for row in rows:
        maker = manufacture_of(row)
        if not maker or not (row.nvr_ip or row.ip):
            continue
        device = await get_device(scope, db, iot_id=row.iot_id)
        if device.gateway_no not in (None, gateway_no):
            continue
        cameras.append(
            _camera(row, maker, recorders.get(row.nvr_ip), is_nvr=row.ip in nvr_ips, secrets=secrets)
        )
    confirmed = [
        AdapterAddress(manufacture=each.manufacture, ip=each.confirmed)
        for each in await queries.adapters_of_node(scope, db, node_id)
        if each.confirmed
    ]
    return SecurityConfig(cameras=cameras[:CAMERAS_MOST], confirmed=confirmed)


def _camera(
    row: Camera, maker: str, recorder: Camera | None, *, is_nvr: bool, secrets: Secrets
) -> SecurityCamera:
    own = row.port or _PORTS[maker], row.username, _password(row, secrets)
    if not row.nvr_ip:
        port, username, password = own
        return SecurityCamera(
            product_key=row.product_key,
            device_name=row.device_name,
            manufacture=maker,
            device_type=1 if is_nvr else 2,
            ip=row.ip,
            port=port,
            username=username,
            password=password,
        )
    of_nvr = recorder or row
    return SecurityCamera(
        product_key=row.product_key,
        device_name=row.device_name,
        manufacture=maker,
        device_type=3,
        ip=row.nvr_ip,
        port=of_nvr.port or _PORTS[maker],
        username=of_nvr.username,
        password=_password(of_nvr, secrets),
        channel=int(row.channel) if row.channel.isdecimal() else 0,
        child_ip=row.ip,
        child_port=own[0],
        child_username=own[1],
        child_password=own[2],
    )


def _password(row: Camera, secrets: Secrets) -> str:
    return secrets.open(row.password_sealed, about=f"camera:{row.iot_id}") if row.password_sealed else ""
