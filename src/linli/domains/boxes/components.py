"""The components that a cluster can be given (组件管理), what each needs and what it excludes. Spec C §6. Pure.

Versions go on from those of the source, so that its floors for a replacement (D §5.9) hold as they are printed.
"""

from typing import Final, NamedTuple

INSTALL, DEPLOY, ASK = "install", "deploy", "ask"
"""安装, 部署 (with a gateway instance), 申请 (needs approval)."""

ASKED, APPROVED, REFUSED = "asked", "approved", "refused"
DEPLOYING, RUNNING, FAILED = "deploying", "running", "failed"
STATES: Final = (ASKED, APPROVED, REFUSED, DEPLOYING, RUNNING, FAILED)

CLUSTER: Final = "edge_cluster"
DEVICE_ACCESS: Final = "device_access"
COLLABORATION: Final = "collaboration"
COLLABORATION_VEHICLE: Final = "collaboration_vehicle"
PASSAGE: Final = "passage"
PASSAGE_VEHICLE: Final = "passage_vehicle"
FACES: Final = "face_recognition"
VIDEO: Final = "video_access"
RULES_ENGINE: Final = "rules_engine"
ALARMS: Final = "alarms"

LOCAL_ACCOUNTS: Final = "localAccounts"
"""Parameter of 云边协同: whether accounts are made and kept on the box (账号是否由本地管理, C125)."""


class ComponentKind(NamedTuple):
    code: str
    name: str
    name_en: str
    mode: str
    versions: tuple[str, ...]
    """The newest first."""
    needs: tuple[str, ...] = ()
    """Codes that must be running."""
    against: tuple[str, ...] = ()
    """Codes that may not be there at the same time."""
    params: tuple[str, ...] = ()
    heavy: bool = False
    """Takes so much that it is better left out where it is not needed."""

    def called(self, language: str) -> str:
        return self.name_en if language == "en" else self.name


_NETWORK: Final = ("node", "nicName", "nicIp")
KINDS: Final[dict[str, ComponentKind]] = {
    kind.code: kind
    for kind in (
        ComponentKind(CLUSTER, "边缘集群组件", "Edge cluster", INSTALL, ("2.10.0",)),
        ComponentKind(
            DEVICE_ACCESS, "LinkEdge边缘设备接入组件", "Edge device access", DEPLOY, ("2.10.0",), (CLUSTER,)
        ),
        ComponentKind(
            code=COLLABORATION,
            name="云边协同组件",
            name_en="Cloud-edge collaboration",
            mode=INSTALL,
            versions=("3.1.0",),
            needs=(DEVICE_ACCESS,),
            against=(COLLABORATION_VEHICLE,),
            params=(LOCAL_ACCOUNTS,),
        ),
        ComponentKind(
            code=COLLABORATION_VEHICLE,
            name="云边协同组件-车行版",
            name_en="Cloud-edge collaboration (vehicles)",
            mode=INSTALL,
            versions=("3.1.0",),
            needs=(DEVICE_ACCESS,),
            against=(COLLABORATION,),
            params=(LOCAL_ACCOUNTS,),
        ),
        ComponentKind(
            PASSAGE,
            "边缘通行服务",
            "Edge passage service",
            INSTALL,
            ("3.1.0", "3.0.0"),
            (DEVICE_ACCESS,),
            (PASSAGE_VEHICLE,),
        ),
        ComponentKind(
            PASSAGE_VEHICLE,
            "边缘通行服务-车行版",
            "Edge passage service (vehicles)",
            INSTALL,
            ("3.1.0", "3.0.0"),
            (DEVICE_ACCESS,),
            (PASSAGE,),
        ),
        ComponentKind(
            code=FACES,
            name="Link Visual 人脸识别服务",
            name_en="Face recognition",
            mode=ASK,
            versions=("1.0.0",),
            needs=(DEVICE_ACCESS,),
            against=(),
            params=_NETWORK,
            heavy=True,
        ),
        ComponentKind(
            code=VIDEO,
            name="LinkVisual边缘视频接入组件",
            name_en="Edge video access",
            mode=ASK,
            versions=("1.0.0",),
            needs=(DEVICE_ACCESS,),
            against=(),
            params=(*_NETWORK, "gatewayProduct"),
            heavy=True,
        ),
        ComponentKind(
            RULES_ENGINE, "边缘规则引擎官方组件", "Edge rules engine", INSTALL, ("3.1.0", "3.0.0"), (CLUSTER,)
        ),
        ComponentKind(
            ALARMS, "边缘告警组件", "Edge alarms", INSTALL, ("1.0.0",), (RULES_ENGINE,), heavy=True
        ),
    )
}

FLOORS: Final[dict[str, str]] = {RULES_ENGINE: "3.1", PASSAGE: "3.1", PASSAGE_VEHICLE: "3.1"}
"""Versions below which a box's data is not restored on another one (D §5.9)."""
