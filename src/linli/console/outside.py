"""Parts that are built for the routes that use them: the entrance, log-in providers and map services."""

from typing import cast

from litestar.types import Scope

from linli.console.serving import parts_of
from linli.domains.accounts.entrance import Entrance
from linli.domains.communities.places import Places
from linli.ops.login_providers import LoginProviders


def provide_providers(scope: Scope) -> LoginProviders:
    """One for a process: it keeps the providers' addresses and keys."""
    parts = parts_of(scope)
    providers = parts.services.get("login_providers")
    if providers is None:
        providers = parts.services["login_providers"] = LoginProviders(parts.settings.sign_in, parts.clock)
    return cast(LoginProviders, providers)


def provide_entrance(scope: Scope) -> Entrance:
    parts = parts_of(scope)
    return Entrance(
        db=parts.db,
        clock=parts.clock,
        ids=parts.ids,
        secrets=parts.secrets,
        settings=parts.settings,
        callers=parts.callers,
        spare=parts.spare,
    )


def provide_places(scope: Scope) -> Places:
    return Places(parts_of(scope).settings.places)
