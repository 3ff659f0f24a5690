"""The members of houses and their vehicles."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table, text

from linli.domains.people.models.keys import number
from linli.kernel.db import integer, metadata, text_column

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
    # In the order of lists and with all columns of their filters. So a page needs no sorting, and the rows before it
    # are skipped in the index, for any number of residents.
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
"""The members of houses. A row stays when its person moves out (status 4)."""

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

vehicles = Table(
    "resident_vehicles",
    metadata,
    number("vehicle_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("person_id"),
    text_column("plate"),  # as rules.plates cleans it
    text_column("region"),  # the plate's province, or another of rules.plates
    text_column("brand", server_default=""),
    integer("color", null=True),  # CAR_COLOR
    integer("created_ms"),
    integer("changed_ms"),
    integer("deleted_ms", server_default="0"),  # 0: registered
    # A plate is one vehicle of one person: a barrier must find its owner.
    Index(
        "uq_resident_vehicles_plate",
        "community_id",
        "plate",
        unique=True,
        sqlite_where=text("deleted_ms = 0"),
        postgresql_where=text("deleted_ms = 0"),
    ),
    Index("ix_resident_vehicles_person", "person_id", "community_id"),
    Index("ix_resident_vehicles_created", "community_id", "created_ms", "vehicle_id"),
)
"""Vehicles of the persons of a community (spec B §3.10). A removed one stays until its owner is erased."""
