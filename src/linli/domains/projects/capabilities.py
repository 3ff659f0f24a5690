"""What a project may be able to do (能力), and which of it an administrator approves first. Spec B 2.7.1, 2.5.3 §3.1.1.
"""

from typing import Final, Literal

import msgspec

CapabilityState = Literal["applied", "approved", "rejected"]
DIGITAL_COMMUNITY: Final = "digital_community"


class Capability(msgspec.Struct, frozen=True):
    code: str
    name: str
    name_en: str
    reviewed: bool
    """An administrator of the platform decides; else it is approved when asked for."""


CAPABILITIES: Final = {
    one.code: one
    for one in (
        Capability(DIGITAL_COMMUNITY, "数字社区", "Digital community", reviewed=False),
        Capability("arming", "布防服务", "Arming and surveillance", reviewed=True),
        Capability("real_person", "实人认证", "Real-person verification", reviewed=True),
    )
}
"""By code, in the order they are shown."""
