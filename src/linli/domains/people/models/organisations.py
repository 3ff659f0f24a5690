"""Companies, and how people come into them."""

from sqlalchemy import Index, Table

from linli.domains.people.models.keys import number
from linli.kernel.db import flag, integer, metadata, text_column

organisations = Table(
    "organisations",
    metadata,
    text_column("tenant_id", primary_key=True),
    text_column("kind"),  # company or committee
    flag("joinable"),  # may be asked to let somebody in by its name
    text_column("contact_name", server_default=""),
    text_column("company_name", server_default=""),
    text_column("company_phone", server_default=""),
    text_column("company_email", server_default=""),
    integer("signed_ms", server_default="0"),  # the contract form was handed in
    integer("signed_by", server_default="0"),
    integer("founded_by"),
    integer("ended_ms", server_default="0"),  # the organisation ended the service
    text_column("end_reason", server_default=""),
    integer("created_ms"),
    integer("changed_ms"),
)
"""Companies and committees that founded themselves here. A tenant of the set-up or the command line has no row: its
contract is on paper."""

invitations = Table(
    "invitations",
    metadata,
    number("invitation_id"),
    text_column("tenant_id"),
    text_column("token_hash"),
    text_column("note", server_default=""),
    text_column("role", server_default=""),  # "" or a role of COMMUNITY_ROLES
    integer("community_id", server_default="0"),
    flag("approval"),  # who comes by it is let in by an administrator
    integer("uses_left"),
    integer("uses"),
    integer("expires_ms"),
    integer("made_by"),
    integer("created_ms"),
    integer("revoked_ms", server_default="0"),
    Index("uq_invitations_token", "token_hash", unique=True),
    Index("ix_invitations_tenant", "tenant_id", "invitation_id"),
)

join_requests = Table(
    "join_requests",
    metadata,
    number("request_id"),
    text_column("tenant_id"),
    integer("account_id"),
    text_column("words", server_default=""),
    text_column("state"),  # waiting, accepted, refused
    text_column("reason", server_default=""),
    integer("decided_by", server_default="0"),
    integer("decided_ms", server_default="0"),
    integer("created_ms"),
    Index("ix_join_requests_tenant", "tenant_id", "state", "request_id"),
    Index("ix_join_requests_account", "account_id", "request_id"),
)
