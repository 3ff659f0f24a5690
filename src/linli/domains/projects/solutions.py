"""Solutions (解决方案) that a project can be based on: one is built in, the installation adds its own. Spec D 2 and 3.3
API-20."""

from typing import Final

from linli.kernel.settings import Settings, Solution

SMART_COMMUNITY: Final = Solution(
    uuid="98b4181b749f4de9aaef6e9f20cea702",
    code="smart_community",
    name="智慧社区",
    description="社区的空间、人员、通行、停车、安防与设施设备",
    version_uuid="5d0c2f6b0f5b4b8e9b7c1c0f3a7d4e21",
)
"""The solution of projects of type 数字社区; partners' programs know its uuid."""


def offered(settings: Settings) -> list[Solution]:
    """The built-in solution and those of `[[projects.solutions]]`; one of these with its uuid and version replaces it."""
    by_version = {
        (row.uuid, row.version_uuid): row for row in (SMART_COMMUNITY, *settings.projects.solutions)
    }
    return list(by_version.values())
