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
            COLLABORATION, "云边协同组件", "Cloud-edge collaboration", INSTALL, ("3.1.0",), (DEVICE_ACCESS,),
            (COLLABORATION_VEHICLE,), (LOCAL_ACCOUNTS,),
        ),
        ComponentKind(
            COLLABORATION_VEHICLE, "云边协同组件-车行版", "Cloud-edge collaboration (vehicles)", INSTALL,
            ("3.1.0",), (DEVICE_ACCESS,), (COLLABORATION,), (LOCAL_ACCOUNTS,),
        ),
        ComponentKind(
            PASSAGE, "边缘通行服务", "Edge passage service", INSTALL, ("3.1.0", "3.0.0"), (DEVICE_ACCESS,),
            (PASSAGE_VEHICLE,),
        ),
        ComponentKind(
            PASSAGE_VEHICLE, "边缘通行服务-车行版", "Edge passage service (vehicles)", INSTALL,
            ("3.1.0", "3.0.0"), (DEVICE_ACCESS,), (PASSAGE,),
        ),
        ComponentKind(
            FACES, "Link Visual 人脸识别服务", "Face recognition", ASK, ("1.0.0",), (DEVICE_ACCESS,), (),
            _NETWORK, heavy=True,
        ),
        ComponentKind(
            VIDEO, "LinkVisual边缘视频接入组件", "Edge video access", ASK, ("1.0.0",), (DEVICE_ACCESS,), (),
            (*_NETWORK, "gatewayProduct"), heavy=True,
        ),
        ComponentKind(
            RULES_ENGINE, "边缘规则引擎官方组件", "Edge rules engine", INSTALL, ("3.1.0", "3.0.0"), (CLUSTER,)
        ),
        ComponentKind(
            ALARMS, "边缘告警组件", "Edge alarms", INSTALL, ("1.0.0",), (RULES_ENGINE,), heavy=True
        ),
    )
}  # fmt: skip

FLOORS: Final[dict[str, str]] = {RULES_ENGINE: "3.1", PASSAGE: "3.1", PASSAGE_VEHICLE: "3.1"}
"""Versions below which a box's data is not restored on another one (D §5.9)."""
