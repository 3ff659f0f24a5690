"""Tables of payments. Written by this room's services only."""

from sqlalchemy import Index, Table

from linli.kernel.db import integer, metadata, text_column

payee_accounts = Table(
    "payee_accounts",
    metadata,
    text_column("tenant_id", primary_key=True),
    text_column("unit_kind"),  # company, individual, institution
    text_column("company_name"),  # these four as in the business licence
    text_column("credit_code"),
    text_column("legal_person"),
    text_column("legal_id_sealed"),  # bound to `payee:<tenant>`
    text_column("contact_phone"),
    text_column("licence_upload_id"),
    text_column("id_front_upload_id"),
    text_column("id_back_upload_id"),
    text_column("provider"),
    text_column("provider_ref"),
    text_column("state"),  # submitted, refused, to_sign, active
    text_column("reason", server_default=""),
    text_column("account_no", server_default=""),  # the provider's, once signed
    integer("submitted_by"),
    integer("submitted_ms"),
    integer("reviewed_ms", server_default="0"),
    integer("signed_ms", server_default="0"),
    Index("ix_payee_accounts_state", "state", "submitted_ms"),
    Index("ix_payee_accounts_ref", "provider", "provider_ref"),
)
"""One account for each company. A change begins a new application."""
