"""The services of a client, each under its name. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.access.sync import Access
from linli_sdk.api.account.sync import Account
from linli_sdk.api.auth.sync import Auth
from linli_sdk.api.communities.sync import Communities
from linli_sdk.api.data.sync import Data
from linli_sdk.api.devices.sync import Devices
from linli_sdk.api.employee.sync import Employee
from linli_sdk.api.face.sync import Face
from linli_sdk.api.households.sync import Households
from linli_sdk.api.notice.sync import Notice
from linli_sdk.api.parking.sync import Parking
from linli_sdk.api.projects.sync import Projects
from linli_sdk.api.security.sync import Security
from linli_sdk.api.subscriptions.sync import Subscriptions
from linli_sdk.api.things.sync import Things
from linli_sdk.api.users.sync import Users
from linli_sdk.service import Caller


class Services:
    """Mixed into the client."""

    @property
    def access(self: Caller) -> Access:
        return Access(self)

    @property
    def account(self: Caller) -> Account:
        return Account(self)

    @property
    def auth(self: Caller) -> Auth:
        return Auth(self)

    @property
    def communities(self: Caller) -> Communities:
        return Communities(self)

    @property
    def data(self: Caller) -> Data:
        return Data(self)

    @property
    def devices(self: Caller) -> Devices:
        return Devices(self)

    @property
    def employee(self: Caller) -> Employee:
        return Employee(self)

    @property
    def face(self: Caller) -> Face:
        return Face(self)

    @property
    def households(self: Caller) -> Households:
        return Households(self)

    @property
    def notice(self: Caller) -> Notice:
        return Notice(self)

    @property
    def parking(self: Caller) -> Parking:
        return Parking(self)

    @property
    def projects(self: Caller) -> Projects:
        return Projects(self)

    @property
    def security(self: Caller) -> Security:
        return Security(self)

    @property
    def subscriptions(self: Caller) -> Subscriptions:
        return Subscriptions(self)

    @property
    def things(self: Caller) -> Things:
        return Things(self)

    @property
    def users(self: Caller) -> Users:
        return Users(self)
