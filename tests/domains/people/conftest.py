"""A partner with one community, who calls within it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.domains.house import DomainPlatform
from tests.openapi.house import Partner


@dataclass
class Home:
    platform: DomainPlatform
    partner: Partner
    community: int
    root: int
    call: Callable[..., Awaitable[Any]]

    async def ok(self, path: str, version: str, params: Any) -> Any:
        """The `data` of a call that must succeed."""
        told = await self.call(path, version, params)
        assert told["code"] == 200, told
        return told.get("data")

    async def group(self, kind: str) -> str:
        """Id of the default group of a type."""
        found = await self.ok(
            "/solution/community/paas/user/group/query", "1.0.1", {"pageNo": 1, "pageSize": 100}
        )
        return str(next(g["userGroupId"] for g in found if g["userGroupType"] == kind and g["isDefault"]))

    async def house(self, name: str) -> int:
        params = {"name": name, "parentId": self.root, "typeCode": "house"}
        made = await self.ok("/solution/community/paas/space/sub/create", "1.0.1", params)
        return int(made["spaceId"])


async def make_home(platform: DomainPlatform, partner: Partner, name: str = "九龙站宾馆") -> Home:
    community = await platform.new_community(partner, name)
    token = await partner.token(community)
    detail = await partner.call(
        "/solution/community/paas/community/detail/get", "1.0.3", {"communityId": community}
    )

    async def call(path: str, version: str, params: Any) -> Any:
        return await partner.call(path, version, params, cloudToken=token)

    return Home(platform, partner, community, int(detail["data"]["spaceId"]), call)


@pytest.fixture
async def here(platform: DomainPlatform, partner: Partner) -> Home:
    return await make_home(platform, partner)


@pytest.fixture
async def there(platform: DomainPlatform, stranger: Partner) -> Home:
    """Of another tenant."""
    return await make_home(platform, stranger, "别处")
