"""Solutions (解决方案) that a project can be based on: built in. Spec D 2 and 3.3 API-20."""

from typing import Final

import msgspec


class Solution(msgspec.Struct, frozen=True):
    uuid: str
    code: str
    name: str
    description: str
    status: str
    version_code: str
    version_uuid: str


SOLUTIONS: Final = (
    Solution(
        uuid="98b4181b749f4de9aaef6e9f20cea702",
        code="smart_community",
        name="智慧社区",
        description="社区的空间、人员、通行、停车、安防与设施设备",
        status="CREATE",
        version_code="1.0.0",
        version_uuid="5d0c2f6b0f5b4b8e9b7c1c0f3a7d4e21",
    ),
)
"""The first one is that of projects of type 数字社区; partners' programs know its uuid."""
