"""Tables of doorbells at entrances, and of calls for help. Written by this room's services only. Times are UTC ms."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from linli.kernel.db import flag, integer, metadata, text_column

doorbells = Table(
    "intercom_doorbells",
    metadata,
    integer("bell_id", primary_key=True),  # rises with time
    text_column("tenant_id"),
    integer("community_id"),
    integer("space_id", null=True),  # whose homes it rings: those below; null: all of the community
    text_column("iot_id"),  # the door that is opened from a call; empty: there is none
    text_column("name"),  # of the entrance
    text_column("code", unique=True),  # stands in the printed link; opens nothing
    flag("is_on"),
    integer("from_minute"),  # when it rings, as in `quiet_hours`; as late as `to_minute`: the whole day
    integer("to_minute"),
    integer("days"),
    integer("muted_until_ms"),  # by a guard desk; 0: never
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_intercom_doorbells_community", "community_id"),
)
"""Printed codes at entrances, by which a visitor's own phone rings a home."""

doorbell_mutes = Table(
    "intercom_doorbell_mutes",
    metadata,
    integer("bell_id"),
    integer("space_id"),  # the home that wants no calls of it
    text_column("tenant_id"),
    integer("community_id"),
    integer("until_ms"),
    PrimaryKeyConstraint("bell_id", "space_id"),
    Index("ix_intercom_doorbell_mutes_space", "space_id"),
)

duress = Table(
    "intercom_duress",
    metadata,
    integer("space_id"),  # the house
    text_column("identity_id"),  # the member
    text_column("tenant_id"),
    integer("community_id"),
    integer("set_ms"),
    PrimaryKeyConstraint("space_id", "identity_id"),
    Index("ix_intercom_duress_identity", "identity_id"),
)
"""Members whose long press on "open" calls the guard desk silently."""
