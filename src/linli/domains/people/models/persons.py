"""Persons, and the communities and groups that know them."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from linli.domains.people.models.keys import number
from linli.kernel.db import flag, integer, metadata, text_column

persons = Table(
    "persons",
    metadata,
    number(),
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
"""The communities of a person: a person is visible only in communities with a row here."""

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
"""A community's form for its residents; no row: the standard form."""
