"""Web routes of log-ins; listed by the console's app."""

from linli.domains.accounts.console.joining import invitation_routes, join_request_routes
from linli.domains.accounts.console.passwords import password_link_routes, password_routes
from linli.domains.accounts.console.registration import (
    acceptance_routes,
    first_use_routes,
    invited_routes,
    registration_routes,
)
from linli.domains.accounts.console.sessions import session_list_routes, session_routes
from linli.domains.accounts.console.setup import setup_routes
from linli.domains.accounts.console.sign_in import link_routes, provider_routes, scan_routes, scanned_routes
from linli.domains.accounts.console.upgrades import upgrade_offer_routes, upgrade_routes

ROUTES = (
    setup_routes,
    session_routes,
    session_list_routes,
    password_routes,
    password_link_routes,
    registration_routes,
    first_use_routes,
    invited_routes,
    acceptance_routes,
    provider_routes,
    link_routes,
    scan_routes,
    scanned_routes,
    invitation_routes,
    join_request_routes,
    upgrade_routes,
    upgrade_offer_routes,
)
