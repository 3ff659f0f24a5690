"""What routes ask others for: log-in providers and map services, as the settings name them."""

from typing import cast

from litestar.types import Scope

from linli.console.serving import parts_of
from linli.domains.communities.places import Places
from linli.ops.login_providers import LoginProviders


def provide_providers(scope: Scope) -> LoginProviders:
    """One for a process: it keeps the providers' addresses and keys."""
    parts = parts_of(scope)
    made = parts.services.get("login_providers")
    if made is None:
        made = parts.services["login_providers"] = LoginProviders(parts.settings.sign_in, parts.clock)
    return cast(LoginProviders, made)


def provide_places(scope: Scope) -> Places:
    return Places(parts_of(scope).settings.places)
