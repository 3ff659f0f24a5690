"""Capabilities (能力) of projects, and which of them an administrator must approve. Spec B 2.7.1, 2.5.3 §3.1.1."""

from typing import Final, Literal

import msgspec

CapabilityState = Literal["applied", "approved", "rejected"]
DIGITAL_COMMUNITY: Final = "digital_community"


class Capability(msgspec.Struct, frozen=True):
    code: str
    name: str
    name_en: str
    reviewed: bool
    """Whether an administrator of the platform decides. Else it is approved at once."""
    services: tuple[str, ...] = ()
    """Services of the open API that come with it. Keys get those of a reviewed capability once it is approved."""


CAPABILITIES: Final = {
    capability.code: capability
    for capability in (
        Capability(
            DIGITAL_COMMUNITY,
            "数字社区",
            "Digital community",
            reviewed=False,
            services=(
                "access",
                "account",
                "community",
                "data",
                "device",
                "employee",
                "household",
                "project",
                "thing",
                "user",
            ),
        ),
        Capability(
            "arming",
            "布防服务",
            "Arming and surveillance",
            reviewed=True,
            services=("smartSecurityService",),
        ),
        Capability("real_person", "实人认证", "Real-person verification", reviewed=True),
    )
}
"""By code, in the order they are shown."""

RESERVED: Final = frozenset(
    service for capability in CAPABILITIES.values() if capability.reviewed for service in capability.services
)
"""Services that need an approved capability."""
