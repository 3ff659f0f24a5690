"""Web routes of log-ins; listed by the console's app."""

from typing import Final

from litestar import Controller

from linli.domains.accounts.console.joining import InvitationRoutes, JoinRequestRoutes
from linli.domains.accounts.console.passwords import PasswordLinkRoutes, PasswordRoutes
from linli.domains.accounts.console.registration import (
    AcceptanceRoutes,
    FirstUseRoutes,
    InvitedRoutes,
    RegistrationRoutes,
)
from linli.domains.accounts.console.sessions import SessionListRoutes, SessionRoutes
from linli.domains.accounts.console.setup import SetupRoutes
from linli.domains.accounts.console.sign_in import LinkRoutes, ProviderRoutes, ScannedRoutes, ScanRoutes
from linli.domains.accounts.console.upgrades import UpgradeOfferRoutes, UpgradeRoutes

ROUTES: Final[tuple[type[Controller], ...]] = (
    SetupRoutes,
    SessionRoutes,
    SessionListRoutes,
    PasswordRoutes,
    PasswordLinkRoutes,
    RegistrationRoutes,
    FirstUseRoutes,
    InvitedRoutes,
    AcceptanceRoutes,
    ProviderRoutes,
    LinkRoutes,
    ScanRoutes,
    ScannedRoutes,
    InvitationRoutes,
    JoinRequestRoutes,
    UpgradeRoutes,
    UpgradeOfferRoutes,
)
