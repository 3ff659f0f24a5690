"""Log-ins and what opens them."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from linli.domains.people.models.keys import number
from linli.kernel.db import flag, integer, metadata, text_column

accounts = Table(
    "accounts",
    metadata,
    number(),
    text_column("login"),  # lower case; unique in the installation
    text_column("phone", null=True),  # as person_rules.clean_phone leaves it; unique in the installation
    text_column("name"),
    text_column("password_hash"),  # argon2id, with its parameters; "!" while there is none
    flag("must_change"),  # the password was set by somebody else
    integer(
        "proven_ms", server_default="0"
    ),  # since when all that opens it is its owner's own; 0: others may have
    integer("generation", server_default="0"),  # sessions of an earlier one are over
    integer("password_changed_ms"),
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_accounts_login", "login", unique=True),
    Index("uq_accounts_phone", "phone", unique=True),
)
"""Log-ins: global, not of a tenant."""

account_persons = Table(
    "account_persons",
    metadata,
    integer("account_id"),
    text_column("tenant_id"),
    integer("person_id"),
    PrimaryKeyConstraint("account_id", "tenant_id"),
    Index("ix_account_persons_person", "person_id"),
)
"""The one person that a log-in is in each tenant."""

account_roles = Table(
    "account_roles",
    metadata,
    integer("account_id"),
    text_column("role"),
    text_column("tenant_id", server_default=""),  # "" for the operator of the installation
    integer("community_id", server_default="0"),  # 0 for roles in the whole tenant
    integer("created_ms"),
    PrimaryKeyConstraint("account_id", "role", "tenant_id", "community_id"),
    Index("ix_account_roles_tenant", "tenant_id", "community_id"),
)

password_links = Table(
    "password_links",
    metadata,
    integer("account_id", primary_key=True, autoincrement=False),  # a new link voids the last
    text_column("token_hash"),  # SHA-256 in hex
    integer("expires_ms"),
    Index("uq_password_links_token", "token_hash", unique=True),
    Index("ix_password_links_expires", "expires_ms"),
)
"""Links with which somebody sets their first password where no code reaches them: each works once."""

sign_in_codes = Table(
    "sign_in_codes",
    metadata,
    text_column("phone", primary_key=True),
    text_column("digest"),  # keyed: a stolen database reveals no code; empty when nobody has the phone
    integer("sent_ms"),
    integer("expires_ms"),
    integer("tries", server_default="0"),
    integer("sent_in_hour", server_default="0"),
    integer("hour_ms", server_default="0"),
    Index("ix_sign_in_codes_expires", "expires_ms"),
)
"""One-time codes by phone and browser, known here or not, and how many were asked for, by phone and place."""

sms_outbox = Table(
    "sms_outbox",
    metadata,
    number("message_no"),
    text_column("phone"),
    text_column("sealed"),  # the text, bound to `sms:<message_no>`
    integer("at_ms"),
    integer("expires_ms"),
    Index("ix_sms_outbox_at", "at_ms"),
)
"""Messages that no gateway sends: the operator's page shows them."""

login_links = Table(
    "login_links",
    metadata,
    text_column("provider"),  # the name in the settings
    text_column("subject"),  # who it is there, for good
    integer("account_id"),
    text_column("label", server_default=""),  # the name there, for the owner's list
    integer("created_ms"),
    integer("used_ms", server_default="0"),
    PrimaryKeyConstraint("provider", "subject"),
    Index("uq_login_links_account", "account_id", "provider", unique=True),
)
"""Others' log-ins that open an account here."""

login_starts = Table(
    "login_starts",
    metadata,
    text_column("state_hash", primary_key=True),
    text_column("browser_hash"),  # of a cookie: an answer counts only in the browser that asked
    text_column("provider"),
    text_column("nonce", server_default=""),
    text_column("verifier", server_default=""),  # PKCE
    text_column("next", server_default=""),
    integer("account_id", server_default="0"),  # who links; 0 to sign in
    text_column("subject", server_default=""),  # known after the answer, where nobody is linked yet
    text_column("label", server_default=""),
    integer("expires_ms"),
    Index("ix_login_starts_expires", "expires_ms"),
)
"""Sign-ins in progress at another provider."""

scan_logins = Table(
    "scan_logins",
    metadata,
    text_column("ticket_hash", primary_key=True),
    text_column("browser_hash"),
    text_column("state"),  # waiting, confirmed, refused, used
    integer("account_id", server_default="0"),
    text_column("address", server_default=""),
    text_column("agent", server_default=""),
    integer("expires_ms"),
    Index("ix_scan_logins_expires", "expires_ms"),
)
"""QR codes on sign-in pages, each good for one sign-in within a minute."""

agreements = Table(
    "agreements",
    metadata,
    number("agreement_id"),
    text_column("kind"),  # service or privacy
    integer("version"),
    text_column("title"),
    text_column("title_en", server_default=""),
    text_column("body"),  # plain text, paragraphs apart by an empty line
    text_column("body_en", server_default=""),
    integer("published_by"),
    integer("published_ms"),
    Index("uq_agreements_version", "kind", "version", unique=True),
)
"""Agreements to accept before the first use; the newest version of a kind counts."""

agreement_acceptances = Table(
    "agreement_acceptances",
    metadata,
    integer("account_id"),
    integer("agreement_id"),
    text_column("address", server_default=""),
    integer("accepted_ms"),
    PrimaryKeyConstraint("account_id", "agreement_id"),
)

open_accounts = Table(
    "open_accounts",
    metadata,
    text_column("tenant_id"),
    text_column("project_id"),  # of the app that registered it
    text_column("identity_id"),
    text_column("login_id"),  # a number of the account beside the identity
    text_column("login_name"),
    text_column("nick_name"),
    text_column("phone", null=True),  # cleaned
    text_column("email", server_default=""),
    text_column("avatar_url", server_default=""),
    text_column("location_code", server_default=""),
    text_column("creater", server_default=""),
    text_column("modifier", server_default=""),
    text_column("create_app_key"),
    flag("frozen"),
    integer("created_ms"),
    integer("changed_ms"),
    PrimaryKeyConstraint("tenant_id", "project_id", "identity_id"),
    Index("uq_open_accounts_login", "tenant_id", "project_id", "login_name", unique=True),
    Index("uq_open_accounts_phone", "tenant_id", "project_id", "phone", unique=True),
    Index("ix_open_accounts_identity", "identity_id", "frozen"),
)
"""Accounts that integrators registered (spec E 3.1): the identityId is a person's. No log-in of Linli's own pages."""
