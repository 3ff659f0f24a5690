"""The services of a client, each under its name. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.access.aio import AsyncAccess
from linli_sdk.api.account.aio import AsyncAccount
from linli_sdk.api.auth.aio import AsyncAuth
from linli_sdk.api.communities.aio import AsyncCommunities
from linli_sdk.api.data.aio import AsyncData
from linli_sdk.api.devices.aio import AsyncDevices
from linli_sdk.api.employee.aio import AsyncEmployee
from linli_sdk.api.face.aio import AsyncFace
from linli_sdk.api.households.aio import AsyncHouseholds
from linli_sdk.api.notice.aio import AsyncNotice
from linli_sdk.api.parking.aio import AsyncParking
from linli_sdk.api.projects.aio import AsyncProjects
from linli_sdk.api.security.aio import AsyncSecurity
from linli_sdk.api.subscriptions.aio import AsyncSubscriptions
from linli_sdk.api.things.aio import AsyncThings
from linli_sdk.api.users.aio import AsyncUsers
from linli_sdk.service import AsyncCaller


class AsyncServices:
    """Mixed into the client."""

    @property
    def access(self: AsyncCaller) -> AsyncAccess:
        return AsyncAccess(self)

    @property
    def account(self: AsyncCaller) -> AsyncAccount:
        return AsyncAccount(self)

    @property
    def auth(self: AsyncCaller) -> AsyncAuth:
        return AsyncAuth(self)

    @property
    def communities(self: AsyncCaller) -> AsyncCommunities:
        return AsyncCommunities(self)

    @property
    def data(self: AsyncCaller) -> AsyncData:
        return AsyncData(self)

    @property
    def devices(self: AsyncCaller) -> AsyncDevices:
        return AsyncDevices(self)

    @property
    def employee(self: AsyncCaller) -> AsyncEmployee:
        return AsyncEmployee(self)

    @property
    def face(self: AsyncCaller) -> AsyncFace:
        return AsyncFace(self)

    @property
    def households(self: AsyncCaller) -> AsyncHouseholds:
        return AsyncHouseholds(self)

    @property
    def notice(self: AsyncCaller) -> AsyncNotice:
        return AsyncNotice(self)

    @property
    def parking(self: AsyncCaller) -> AsyncParking:
        return AsyncParking(self)

    @property
    def projects(self: AsyncCaller) -> AsyncProjects:
        return AsyncProjects(self)

    @property
    def security(self: AsyncCaller) -> AsyncSecurity:
        return AsyncSecurity(self)

    @property
    def subscriptions(self: AsyncCaller) -> AsyncSubscriptions:
        return AsyncSubscriptions(self)

    @property
    def things(self: AsyncCaller) -> AsyncThings:
        return AsyncThings(self)

    @property
    def users(self: AsyncCaller) -> AsyncUsers:
        return AsyncUsers(self)
