"""The tables with data about persons, and the heading under which each is shown to them.

The list comes from the schema, from columns that name a person. So a new table is shown without further work; a test
fails until it has a heading.
"""

import re
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Table, bindparam, or_

from linli.kernel.db import INT, metadata

PERSON, IDENTITY, ACCOUNT, PHONE = "person", "identity", "account", "phone"
_NAMES: Final = {
    "person_id": PERSON,
    "submitter_id": PERSON,
    "visitor_id": PERSON,
    "by_person": PERSON,
    "identity_id": IDENTITY,
    "visitor_identity": IDENTITY,
    "submitter_identity": IDENTITY,
    "subject": IDENTITY,
    "account_id": ACCOUNT,
}
_MORE: Final = {
    "persons": {"id": PERSON},
    "accounts": {"id": ACCOUNT},
    "record_changes": {"target": IDENTITY},
    "sign_in_codes": {"phone": PHONE},
}
"""Columns that name a person in these tables only."""
_NOT_PERSONS: Final = {
    "device_certificates": "its subject is a device's",
    "edge_certificates": "its subject says whether a device or a simulator was tried",
    "openapi_limits": "its subject is a key or a company",
    "openapi_slices": "its subject is a key or a company",
    "payment_charges": "its subject is what is paid for",
    "progress_told": "its subject is the work",
    "things_audit": "its subject is a device's or a product's",
    "login_links": "its subject is the other log-in's; the account is named too",
    "login_starts": "its subject is the other log-in's; the account is named too",
}
TOPICS: Final[dict[str, tuple[str, ...]]] = {
    "profile": ("persons", "accounts", "account_persons", "community_persons", "open_accounts"),
    "houses": ("house_members", "house_invitations"),
    "groups": ("user_group_members",),
    "vehicles": ("resident_vehicles",),
    "visitors": ("visits",),
    "passes": ("access_passes", "intercom_openings", "intercom_auto_opens"),
    "keys": (
        "access_persons", "access_cards", "access_credentials", "access_qr_codes", "access_qr_permissions",
        "intercom_owners", "intercom_terminals", "delivery_grants", "delivery_targets", "delivery_desired",
        "delivery_holds", "edge_passage_targets",
    ),
    "faces": ("face_templates",),
    "notices": ("notice_reads",),
    "notifications": ("push_subscriptions", "notification_settings", "intercom_quiet_hours",
        "intercom_telephones", "intercom_duress",
    ),
    "consents": ("agreement_acceptances",),
    "sign_in": (
        "console_sessions", "login_links", "login_starts", "password_links", "scan_logins", "sign_in_codes",
    ),
    "work": (
        "employees", "department_members", "community_rights", "account_roles", "staff", "staff_log", "staff_rights",
        "company_role_holders", "project_group_members", "join_requests",
        "organisation_upgrades", "recording_views",
    ),
    "requests": ("deletion_requests", "data_exports"),
    "changes": ("record_changes",),
}  # fmt: skip
"""Heading → its tables, in the order shown."""
_PREFIXES: Final = {"access_": "keys", "delivery_": "keys", "face_": "faces", "faces_": "faces"}
"""The heading of a room's tables that are not named above."""
OTHER: Final = "other"
HIDDEN: Final = re.compile(
    r"secret|password|hash|sealed|token|digest|private|verifier|nonce|^vector$|template$"
)
"""Columns that are never shown: secrets, and what is of no use to a reader."""
_BIND_TYPES: Final[dict[str, Any]] = {PERSON: INT, ACCOUNT: INT, IDENTITY: sa.Text(), PHONE: sa.Text()}


class Holder(NamedTuple):
    """A table with data about persons."""

    table: Table
    topic: str
    keys: tuple[tuple[str, str], ...]
    """(column, kind of id in it)."""

    @property
    def columns(self) -> list[Any]:
        return [
            column
            for column in self.table.c
            if not HIDDEN.search(column.name) and not isinstance(column.type, sa.LargeBinary)
        ]

    def condition(self) -> ColumnElement[bool]:
        """The person's rows: in one company, or everywhere for what belongs to an account."""
        hits = [
            self.table.c[column] == bindparam(kind, type_=_BIND_TYPES[kind]) for column, kind in self.keys
        ]
        mine = or_(*hits)
        if self.table.name == "record_changes":
            mine = mine & (self.table.c.kind == "resident")
        if "tenant_id" in self.table.c and not self.global_:
            mine = mine & (self.table.c.tenant_id == bindparam("tenant"))
        return mine

    @property
    def global_(self) -> bool:
        """Rows of the log-in, in any company."""
        return all(kind in (ACCOUNT, PHONE) for _, kind in self.keys)


def keys_of(table: Table) -> tuple[tuple[str, str], ...]:
    names = {
        column.name: _NAMES[column.name]
        for column in table.c
        if column.name in _NAMES and not (column.name == "subject" and table.name in _NOT_PERSONS)
    }
    return tuple({**names, **_MORE.get(table.name, {})}.items())


def holders() -> list[Holder]:
    """Every table with data about persons, in the order of the headings."""
    by_table = {name: topic for topic, names in TOPICS.items() for name in names}
    all_holders = [
        Holder(table, by_table.get(table.name) or _by_room(table.name), keys)
        for table in metadata.sorted_tables
        if (keys := keys_of(table))
    ]
    order = [*TOPICS, OTHER]
    return sorted(all_holders, key=lambda holder: (order.index(holder.topic), holder.table.name))


def _by_room(table: str) -> str:
    return next((topic for prefix, topic in _PREFIXES.items() if table.startswith(prefix)), OTHER)
