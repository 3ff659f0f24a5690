"""The section [sign_in] of linli.toml: registration, log-ins of other providers, and the length of sessions."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

_AUTHORIZE = {
    "response_type": "code",
    "client_id": "{client_id}",
    "redirect_uri": "{redirect_uri}",
    "scope": "{scope}",
    "state": "{state}",
}
_TOKEN = {
    "grant_type": "authorization_code",
    "client_id": "{client_id}",
    "client_secret": "{client_secret}",
    "code": "{code}",
    "redirect_uri": "{redirect_uri}",
}
_USERINFO = {"authorization": "Bearer {token}"}


class LoginProvider(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Somebody else's log-in that people may use here (docs/guides/sign-in.en.md).

    `oidc` needs issuer, client_id and client_secret; everything else is discovered. `oauth` is for providers with their
    own form of OAuth 2: the section has the addresses, the parameters and the places of the answer's fields. In texts
    `{client_id}`, `{client_secret}`, `{code}`, `{token}`, `{redirect_uri}`, `{state}` and `{scope}` are filled in.
    """

    kind: Literal["oidc", "oauth"]
    title: str
    title_en: str = ""
    client_id: str
    client_secret: str = ""
    scope: str = "openid profile"
    issuer: Annotated[str, Meta(description="Base of /.well-known/openid-configuration (oidc).")] = ""
    authorize_url: str = ""
    authorize_params: dict[str, str] = msgspec.field(default_factory=lambda: dict(_AUTHORIZE))
    code_param: Annotated[str, Meta(description="How the provider names the code that it sends back.")] = (
        "code"
    )
    token_url: str = ""
    token_style: Annotated[
        Literal["form", "json", "query"], Meta(description="How the code is handed in.")
    ] = "form"
    token_params: dict[str, str] = msgspec.field(default_factory=lambda: dict(_TOKEN))
    token_field: Annotated[str, Meta(description="Where the token stands in the answer: a.b.c.")] = (
        "access_token"
    )
    userinfo_url: str = ""
    userinfo_headers: dict[str, str] = msgspec.field(default_factory=lambda: dict(_USERINFO))
    subject_field: Annotated[str, Meta(description="What tells people apart for good.")] = "sub"
    name_field: str = "name"


class SignIn(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    registration: Annotated[
        Literal["open", "invited"],
        Meta(
            description="invited: people register with an invitation's link, and the operator founds companies; "
            "open: whoever has a phone registers and founds."
        ),
    ] = "invited"
    providers: Annotated[
        dict[str, LoginProvider], Meta(description="Others' log-ins, by a short name used in addresses.")
    ] = {}
    timeout_seconds: Annotated[float, Meta(gt=0, le=60)] = 10.0
    session_days: Annotated[
        int,
        Meta(ge=1, le=365, description="So long after a sign-in one signs in anew, however much is done."),
    ] = 7
    remembered_session_days: Annotated[
        int, Meta(ge=1, le=365, description="The same where one chose to stay signed in, as phones do.")
    ] = 30
