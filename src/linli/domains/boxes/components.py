"""The components of a cluster (组件管理), with their requirements and exclusions. Spec C §6. Pure.

A row of the cluster has the desired state of a component. The boxes report whether it runs, and its version. A box that
does not name a component does not have it.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from linli.domains.boxes import rules
from linli.domains.boxes.rows import Component, Node
from linli.protocols.edge_link import ComponentHealth

INSTALL, DEPLOY, ASK, PART = "install", "deploy", "ask", "part"
"""安装, 部署 (with a gateway instance), 申请 (needs approval); and what every box has, its switch elsewhere."""

ASKED, APPROVED, REFUSED, INSTALLED = "asked", "approved", "refused", "installed"
DEPLOYING, RUNNING, STOPPED, FAILED = "deploying", "running", "stopped", "failed"
MISSING, UNKNOWN = "missing", "unknown"
"""The box has none of it; the box is of a release that does not say."""
_WORST_FIRST: Final = (MISSING, FAILED, DEPLOYING, UNKNOWN, STOPPED, "", RUNNING)

CLUSTER: Final = "edge_cluster"
DEVICE_ACCESS: Final = "device_access"
COLLABORATION: Final = "collaboration"
COLLABORATION_VEHICLE: Final = "collaboration_vehicle"
PASSAGE: Final = "passage"
PASSAGE_VEHICLE: Final = "passage_vehicle"
FACES: Final = "face_recognition"
VIDEO: Final = "video_access"
VIDEO_THREE: Final = "video_access_three"
RULES_ENGINE: Final = "rules_engine"
ALARMS: Final = "alarms"
SECURITY: Final = "smart_security"
"""Adapters of camera brands call in on the box (spec H 3.5)."""
INTERCOM: Final = "site_intercom"
"""Doors, indoor units and guard desks call each other by the box, also with the line cut."""
DRIVER: Final = "driver."
"""Begins the code of a driver, as boxes tell it."""

LOCAL_ACCOUNTS: Final = "localAccounts"
"""Parameter of 云边协同: whether accounts are made and kept on the box (账号是否由本地管理, C125)."""
PAGE_PASSWORD: Final = "pagePassword"
"""Of the box's own page where they are not; kept as a hash, and never told again."""
SITE, CALLERS, SYSTEM = "site", "callers", "system"
"""Of 边缘通行服务-车行版: the car parks (`protocols.parking_site`), the LAN addresses that may call port
10060, and the site's own parking system (`edge.parking.local_system`), where it stays."""
NODE, CARD_NAME, CARD_IP = "node", "nicName", "nicIp"
GATEWAYS: Final = "gateways"
"""iotIds of the video gateways, in their order; never from a form."""
GATEWAY_PRODUCT: Final = "gatewayProduct"
"""网关产品: product key of the video gateways; empty: 视频网关, made where there is none."""


class ComponentKind(NamedTuple):
    code: str
    name: str
    name_en: str
    mode: str
    needs: tuple[str, ...] = ()
    """Codes that must be running."""
    against: tuple[str, ...] = ()
    """Codes that may not be there at the same time."""
    params: tuple[str, ...] = ()
    heavy: bool = False
    """Takes so much that it is better left out where it is not needed."""

    def called(self, language: str) -> str:
        return self.name_en if language == "en" else self.name


_NETWORK: Final = (NODE, CARD_NAME, CARD_IP)
_ACCOUNTS: Final = (LOCAL_ACCOUNTS, PAGE_PASSWORD)
KINDS: Final[dict[str, ComponentKind]] = {
    kind.code: kind
    for kind in (
        ComponentKind(CLUSTER, "边缘主机基础组件", "Edge base", INSTALL),
        ComponentKind(DEVICE_ACCESS, "边缘设备接入组件", "Edge device access", DEPLOY, (CLUSTER,)),
        ComponentKind(
            code=COLLABORATION,
            name="云边协同组件",
            name_en="Cloud-edge collaboration",
            mode=INSTALL,
            needs=(DEVICE_ACCESS,),
            against=(COLLABORATION_VEHICLE,),
            params=_ACCOUNTS,
        ),
        ComponentKind(
            code=COLLABORATION_VEHICLE,
            name="云边协同组件-车行版",
            name_en="Cloud-edge collaboration (vehicles)",
            mode=INSTALL,
            needs=(DEVICE_ACCESS,),
            against=(COLLABORATION,),
            params=_ACCOUNTS,
        ),
        ComponentKind(
            PASSAGE,
            "边缘通行服务",
            "Edge passage service",
            INSTALL,
            (DEVICE_ACCESS,),
            (PASSAGE_VEHICLE,),
        ),
        ComponentKind(
            PASSAGE_VEHICLE,
            "边缘通行服务-车行版",
            "Edge passage service (vehicles)",
            INSTALL,
            (DEVICE_ACCESS,),
            (PASSAGE,),
            (SITE, CALLERS, SYSTEM),
        ),
        ComponentKind(
            code=FACES,
            name="Link Visual 人脸识别服务",
            name_en="Face recognition",
            mode=ASK,
            needs=(DEVICE_ACCESS,),
            params=_NETWORK,
            heavy=True,
        ),
        ComponentKind(
            code=VIDEO,
            name="LinkVisual边缘视频接入组件",
            name_en="Edge video access",
            mode=ASK,
            needs=(DEVICE_ACCESS,),
            against=(VIDEO_THREE,),
            params=(*_NETWORK, GATEWAY_PRODUCT),
            heavy=True,
        ),
        ComponentKind(
            code=VIDEO_THREE,
            name="Link Visual 三实例边缘视频",
            name_en="Edge video with three instances",
            mode=ASK,
            needs=(DEVICE_ACCESS,),
            against=(VIDEO,),
            params=(*_NETWORK, GATEWAY_PRODUCT),
            heavy=True,
        ),
        ComponentKind(RULES_ENGINE, "边缘规则引擎官方组件", "Edge rules engine", INSTALL, (CLUSTER,)),
        ComponentKind(ALARMS, "边缘告警组件", "Edge alarms", INSTALL, (RULES_ENGINE,), heavy=True),
        ComponentKind(SECURITY, "智能安防", "Smart security", INSTALL, (CLUSTER,)),
        ComponentKind(
            code=INTERCOM,
            name="边缘可视对讲",
            name_en="Site intercom",
            mode=INSTALL,
            needs=(DEVICE_ACCESS,),
            params=_NETWORK,
        ),
        ComponentKind("log", "日志模块", "Logs", PART),
        ComponentKind("monitor", "监控模块", "Monitoring", PART),
        ComponentKind("interconnect", "网关互联", "Gateway interconnect", PART),
        ComponentKind("files", "文件服务", "File service", PART),
        ComponentKind("backup", "备份与冷备", "Backup and cold standby", PART),
    )
}

FLOORS: Final[dict[str, str]] = {RULES_ENGINE: "3.1", PASSAGE: "3.1", PASSAGE_VEHICLE: "3.1"}
"""The lowest versions from which a box's data is restored on another box (D §5.9)."""


class ComponentReport(msgspec.Struct, frozen=True):
    """A box's last report on its components, with the generation of the deployment that it ran."""

    generation: int
    components: list[ComponentHealth]

    def of(self, code: str) -> ComponentHealth | None:
        return next((health for health in self.components if health.code == code), None)


def report_of(node: Node) -> ComponentReport | None:
    """None: nothing yet, or a box of a release that does not say."""
    return msgspec.json.decode(node.components, type=ComponentReport) if node.components else None


class Shown(NamedTuple):
    """How a component is. `state` is empty where nobody wished it and it does not run."""

    state: str
    version: str = ""
    why: str = ""


def shown(code: str, wish: Component | None, nodes: Iterable[Node]) -> Shown:
    """The worst state among the boxes of a cluster that should have it."""
    if wish is not None and wish.state != INSTALLED:
        return Shown(wish.state, "", wish.reason)
    each = [_at(node, code, wish) for node in nodes if wish is None or is_for(wish, node)]
    if not each:
        return Shown(DEPLOYING if wish is not None else "")
    return min(each, key=lambda state: _WORST_FIRST.index(state.state))


def _at(node: Node, code: str, wish: Component | None) -> Shown:
    report = report_of(node)
    if report is None:
        if wish is None:
            return Shown("")
        return Shown(UNKNOWN if node.state == rules.RUNNING else DEPLOYING)
    health = report.of(code)
    if health is None:
        return Shown(MISSING)
    if wish is None:
        wishable = code in KINDS and KINDS[code].mode != PART
        idle = wishable and health.state == STOPPED
        return Shown("" if idle else health.state, health.version, health.why)
    wished = STOPPED if wish.stopped else RUNNING
    if health.state != wished and report.generation < node.generation:
        return Shown(DEPLOYING, health.version)
    return Shown(health.state, health.version, health.why)


def is_for(wish: Component, node: Node) -> bool:
    """Whether a box is to have it: one that was given to a node is for that node alone."""
    place = msgspec.json.decode(wish.params, type=dict[str, object]).get(NODE)
    return not place or place == node.name
