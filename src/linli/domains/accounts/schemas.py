"""Requests and answers of the routes of log-ins."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.rights import Role


class SampleLogin(msgspec.Struct, rename="camel", frozen=True):
    """One of the invented people of the demo."""

    role: str
    """Code of the role."""
    login: str
    password: str
    """Empty: signs in by a code, which the demo prints."""
    page: str
    """Where this person's pages begin, such as `/m/`."""


class SetupState(msgspec.Struct, rename="camel", frozen=True):
    needed: bool
    """No account exists yet: the first-run wizard must come first."""
    version: str
    codes: bool = True
    """Whether one can sign in with a phone and a one-time code."""
    registration: bool = False
    """Whether one registers without an invitation."""
    samples: tuple[SampleLogin, ...] = ()
    """In the demo, for who looks at it on its own machine: whom one can sign in as. Empty anywhere else."""


class SetupRequest(msgspec.Struct, rename="camel", frozen=True):
    code: Annotated[str, Meta(description="Printed by the server at its start; also in its data folder.")]
    tenant_name: str
    name: str
    login: Annotated[str, Meta(description="Phone number or log-in name.")]
    password: str
    project_name: Annotated[str, Meta(description="Empty: no project and no key yet.")] = ""


class NewKey(msgspec.Struct, rename="camel", frozen=True):
    """A key with its secret, shown only this once."""

    app_key: str
    app_secret: str
    project_id: str


class SignInRequest(msgspec.Struct, rename="camel", frozen=True):
    login: str
    password: str
    remember: bool = False


class CodeRequest(msgspec.Struct, rename="camel", frozen=True):
    phone: str


class CodeSent(msgspec.Struct, rename="camel", frozen=True):
    again_seconds: int
    """When another code may be asked for."""
    lives_seconds: int


class CodeSignIn(msgspec.Struct, rename="camel", frozen=True):
    phone: str
    code: str
    remember: bool = False


class TenantChoice(msgspec.Struct, rename="camel", frozen=True):
    tenant_id: str


class TenantOption(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str


class RoleIn(msgspec.Struct, rename="camel", frozen=True):
    role: Role
    community_id: int
    """0 for the whole tenant."""


class Me(msgspec.Struct, rename="camel", frozen=True):
    """The signed-in account and what its screens may show."""

    account_id: str
    name: str
    login: str
    must_change_password: bool
    """Somebody else set the password: other calls are refused until it is changed."""
    has_password: bool
    phone: str
    """Masked: where codes go; empty without one."""
    operator: bool
    tenant: TenantOption | None
    tenants: list[TenantOption]
    roles: list[RoleIn]
    rights: list[str]
    agreements_pending: bool = False
    """There is a version of the agreements that must be accepted first."""
    terms_pending: list[str] = []
    """Functions whose own terms must be accepted before they are used."""
    contract_missing: bool = False
    """The organisation has not handed in the contract form, and this is its administrator."""
    not_running: list[str] = []
    """For a person without any rights here: the names of their communities that are out of service."""


class SetupDone(msgspec.Struct, rename="camel", frozen=True):
    me: Me
    key: NewKey | None


class PasswordChange(msgspec.Struct, rename="camel", frozen=True):
    old: str
    new: str


class SessionRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    current: bool
    address: str
    agent: str
    created_ms: int
    seen_ms: int
    expires_ms: int
    """When it ends if it is not used until then."""
    ends_ms: int
    """When it ends however much it is used."""


class Revoked(msgspec.Struct, rename="camel", frozen=True):
    count: int


class ResidentMe(msgspec.Struct, rename="camel", frozen=True):
    """The signed-in resident."""

    name: str
    phone: str
    houses: int
    """Houses lived in."""
    waiting: int
    """Certifications under review."""
