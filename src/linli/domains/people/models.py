"""Tables of people. Written by this room's services only."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from linli.kernel.db import flag, integer, metadata, text_column


def _number(name: str = "id"):  # type: ignore[no-untyped-def]
    """A key from `Ids.number()`: known before the insert, so that thousands of rows go in at once."""
    return integer(name, primary_key=True, autoincrement=False)


accounts = Table(
    "accounts",
    metadata,
    _number(),
    text_column("login"),  # lower case; unique in the installation
    text_column("phone", null=True),  # as person_rules.clean_phone leaves it; unique in the installation
    text_column("name"),
    text_column("password_hash"),  # argon2id, with its parameters
    flag("disabled"),
    flag("must_change"),  # the password was set by somebody else
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

persons = Table(
    "persons",
    metadata,
    _number(),
    text_column("identity_id"),
    text_column("tenant_id"),
    text_column("name"),
    text_column("phone", null=True),  # cleaned; unique in the tenant
    text_column("id_no", server_default=""),
    integer("sex", null=True),
    integer("age", null=True),
    integer("degree", null=True),
    text_column("health", server_default=""),
    integer("marriage", null=True),
    integer("politics", null=True),
    text_column("company", server_default=""),
    text_column("registry", server_default=""),
    text_column("registry_code", server_default=""),
    text_column("residence_address", server_default=""),
    text_column("residence_address_code", server_default=""),
    text_column("nationality", server_default=""),
    text_column("ext", server_default=""),  # the integrator's own fields, JSON text
    text_column("face_upload_id", server_default=""),
    text_column("face_id", server_default=""),  # of the picture: another picture, another id
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_persons_identity", "identity_id", unique=True),
    Index("uq_persons_phone", "tenant_id", "phone", unique=True),
    Index(
        "ix_persons_name", "tenant_id", "name", "phone", "id"
    ),  # searched by parts of both, in the index alone
    Index("ix_persons_face", "face_id"),
    Index("ix_persons_phone", "phone"),  # whose a phone is in any tenant: residents sign in with it
)

community_persons = Table(
    "community_persons",
    metadata,
    integer("community_id"),
    integer("person_id"),
    text_column("tenant_id"),
    integer("created_ms"),
    integer("changed_ms"),
    PrimaryKeyConstraint("community_id", "person_id"),
    Index("ix_community_persons_person", "person_id"),
    # Both orders of the list of users, with what its scope looks at.
    Index("ix_community_persons_created", "community_id", "created_ms", "person_id", "tenant_id"),
    Index("ix_community_persons_changed", "community_id", "changed_ms", "person_id", "tenant_id"),
)
"""Which communities know a person: a person is visible exactly where a row stands here."""

user_groups = Table(
    "user_groups",
    metadata,
    text_column("user_group_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("type"),  # GROUP_TYPE
    text_column("name"),
    flag("is_default"),
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_user_groups_name", "community_id", "name", unique=True),
)

user_group_members = Table(
    "user_group_members",
    metadata,
    text_column("user_group_id"),
    integer("person_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("created_ms"),
    PrimaryKeyConstraint("user_group_id", "person_id"),
    Index("ix_user_group_members_person", "person_id", "community_id"),
    Index("ix_user_group_members_size", "user_group_id", "community_id", "tenant_id"),
)

resident_forms = Table(
    "resident_forms",
    metadata,
    integer("community_id", primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("fields"),  # JSON list of form_rules.Field, in the order shown
    flag("review"),
    integer("changed_ms"),
)
"""What a community asks of its residents; no row: the standard form."""

house_members = Table(
    "house_members",
    metadata,
    integer("house_id"),
    integer("person_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("type"),  # MEMBER_TYPE
    integer("status"),  # RESIDENT_STATUS
    text_column("source"),  # INPUT or QRCODE
    text_column("approve_comment", server_default=""),
    integer("moved_in_ms", server_default="0"),
    integer("moved_out_ms", server_default="0"),
    integer("created_ms"),
    integer("changed_ms"),
    # Copies of the person's, so that lists are sorted by name and searched in one index.
    text_column("person_name", server_default=""),
    text_column("person_phone", null=True),
    PrimaryKeyConstraint("house_id", "person_id"),
    Index("ix_house_members_person", "person_id", "community_id", "status", "type", "house_id", "tenant_id"),
    # In the order of lists and with all that their filters look at, so that a page needs no sorting, and what comes
    # before it is passed over in the index, however many residents there are.
    Index(
        "ix_house_members_created",
        "community_id",
        "status",
        "created_ms",
        "person_id",
        "house_id",
        "type",
        "tenant_id",
    ),
    Index(
        "ix_house_members_changed",
        "community_id",
        "status",
        "changed_ms",
        "person_id",
        "house_id",
        "type",
        "tenant_id",
    ),
    Index("ix_house_members_type", "community_id", "status", "type", "person_id", "house_id", "tenant_id"),
    Index(
        "ix_house_members_name",
        "community_id",
        "status",
        "person_name",
        "person_id",
        "house_id",
        "type",
        "tenant_id",
        "person_phone",
    ),
)
"""Who belongs to which house. A row stays when its person moves out (status 4)."""

employees = Table(
    "employees",
    metadata,
    integer("community_id"),
    integer("person_id"),
    text_column("tenant_id"),
    integer("created_ms"),
    integer("changed_ms"),
    PrimaryKeyConstraint("community_id", "person_id"),
    Index("ix_employees_person", "person_id"),
    Index("ix_employees_created", "community_id", "created_ms"),
)
"""Who works for the property of a community (spec B §3.11)."""

departments = Table(
    "departments",
    metadata,
    _number("department_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("parent_id", null=True),  # null right under the company
    text_column("name"),
    text_column("description", server_default=""),
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_departments_parent", "community_id", "parent_id", "created_ms"),
)

department_members = Table(
    "department_members",
    metadata,
    integer("department_id"),
    integer("person_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("created_ms"),
    PrimaryKeyConstraint("department_id", "person_id"),
    Index("ix_department_members_person", "person_id", "community_id"),
)

community_rights = Table(
    "community_rights",
    metadata,
    integer("community_id"),
    integer("person_id"),
    text_column("function"),  # a code of rights_tree, or the projectId of an integrator's app
    text_column("level"),  # use or manage
    text_column("tenant_id"),
    integer("given_by"),
    integer("created_ms"),
    PrimaryKeyConstraint("community_id", "person_id", "function", "level"),
    Index("ix_community_rights_person", "person_id"),
)
"""Permission management (权限管理, spec A §2.4): person × function × level, in one community."""

house_invitations = Table(
    "house_invitations",
    metadata,
    text_column("token_hash", primary_key=True),  # SHA-256 of the code in hex
    text_column("tenant_id"),
    integer("community_id"),
    integer("house_id"),
    integer("type"),  # MEMBER_TYPE that the invited will have
    integer("by_person"),
    integer("created_ms"),
    integer("expires_ms"),
    integer("used_ms", server_default="0"),
    Index("ix_house_invitations_created", "created_ms"),
)
"""Codes with which owners let somebody join their house, once."""

staff = Table(
    "staff",
    metadata,
    text_column("tenant_id"),
    integer("account_id"),
    text_column("name"),  # as this company calls the person
    flag("disabled"),  # in this company only; a log-in is of the installation
    integer("added_by"),
    integer("created_ms"),
    PrimaryKeyConstraint("tenant_id", "account_id"),
    Index("ix_staff_account", "account_id"),
)
"""The persons of a company (人员名单). Holders of built-in roles belong to it without a row too."""

company_roles = Table(
    "company_roles",
    metadata,
    _number("role_id"),
    text_column("tenant_id"),
    text_column("name"),
    text_column("description", server_default=""),
    text_column("rights"),  # JSON list of Right
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_company_roles_name", "tenant_id", "name", unique=True),
)
"""Roles that a company makes itself (角色管理); the built-in ones are in `account_roles`."""

company_role_holders = Table(
    "company_role_holders",
    metadata,
    integer("account_id"),
    integer("role_id"),
    text_column("tenant_id"),
    integer("given_by"),
    integer("created_ms"),
    PrimaryKeyConstraint("account_id", "role_id"),
    Index("ix_company_role_holders_role", "role_id"),
)

staff_rights = Table(
    "staff_rights",
    metadata,
    integer("account_id"),
    text_column("tenant_id"),
    text_column("right"),
    integer("given_by"),
    integer("created_ms"),
    PrimaryKeyConstraint("account_id", "tenant_id", "right"),
)
"""Rights given to one person beside their roles."""

project_group_members = Table(
    "project_group_members",
    metadata,
    text_column("project_id"),
    integer("account_id"),
    text_column("tenant_id"),
    integer("added_by"),
    integer("created_ms"),
    PrimaryKeyConstraint("project_id", "account_id"),
    Index("ix_project_group_members_account", "account_id"),
)
"""Who is in the default person group (人员分组, 默认) of a project. The group is there as long as the project."""

staff_log = Table(
    "staff_log",
    metadata,
    _number("entry_no"),
    text_column("tenant_id"),
    integer("at_ms"),
    integer("by_account"),
    text_column("by_name"),
    text_column("action"),
    integer("account_id", null=True),
    text_column("account_name", server_default=""),
    text_column("detail", server_default=""),
    Index("ix_staff_log_tenant", "tenant_id", "entry_no"),
    Index("ix_staff_log_account", "tenant_id", "account_id", "entry_no"),
)
"""Who gave or took what from whom; names as they were. Rows are only added."""

sign_in_codes = Table(
    "sign_in_codes",
    metadata,
    text_column("phone", primary_key=True),
    text_column("digest"),  # keyed, so that a stolen database tells no code; empty when nobody has the phone
    integer("sent_ms"),
    integer("expires_ms"),
    integer("tries", server_default="0"),
    integer("sent_in_hour", server_default="0"),
    integer("hour_ms", server_default="0"),
    Index("ix_sign_in_codes_expires", "expires_ms"),
)
"""The last one-time code of each phone that asked for one, known here or not."""

sms_outbox = Table(
    "sms_outbox",
    metadata,
    _number("message_no"),
    text_column("phone"),
    text_column("sealed"),  # the text, bound to `sms:<message_no>`
    integer("at_ms"),
    integer("expires_ms"),
    Index("ix_sms_outbox_at", "at_ms"),
)
"""Messages that no gateway sends: the operator's page shows them."""

vehicles = Table(
    "resident_vehicles",
    metadata,
    _number("vehicle_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("person_id"),
    text_column("plate"),  # as rules.plates cleans it
    text_column("region"),  # the plate's province, or another of rules.plates
    text_column("brand", server_default=""),
    integer("color", null=True),  # CAR_COLOR
    integer("created_ms"),
    integer("changed_ms"),
    # One plate is one vehicle of one person: a barrier must know whose it is.
    Index("uq_resident_vehicles_plate", "community_id", "plate", unique=True),
    Index("ix_resident_vehicles_person", "person_id", "community_id"),
    Index("ix_resident_vehicles_created", "community_id", "created_ms", "vehicle_id"),
)
"""Vehicles of the persons of a community (spec B §3.10)."""
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
"""Sign-ins that are under way at somebody else's."""

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
    _number("invitation_id"),
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
    _number("request_id"),
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

agreements = Table(
    "agreements",
    metadata,
    _number("agreement_id"),
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
"""What must be accepted before the first use; the newest version of a kind counts."""

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
