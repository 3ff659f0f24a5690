"""Tables of the face engine: what is kept of each face so that it can be found again. Times are UTC ms.

Written by `service.enrolment` and `service.thresholds` only.
"""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, blob, integer, metadata, real, text_column

templates = Table(
    "face_templates",
    metadata,
    integer("community_id"),
    text_column("face_id"),
    text_column("tenant_id"),
    text_column("identity_id"),  # whose face; "" when it is nobody's known
    text_column("object_key"),  # the picture, to make the template anew when the model changes
    text_column("state"),  # pending, kept, refused, dropped
    text_column("reasons", server_default=""),  # why it was refused, with commas between
    text_column("model_id", server_default=""),
    blob("vector", null=True),  # little-endian float32 of length 1
    integer("change_no"),  # of the community: what an index has still to take in
    integer("created_ms"),
    integer("changed_ms"),
    PrimaryKeyConstraint("community_id", "face_id"),
    Index("ix_face_templates_change", "community_id", "change_no"),
    Index("ix_face_templates_state", "state", "model_id"),
    Index("ix_face_templates_face", "face_id"),
    Index("ix_face_templates_person", "identity_id"),
)
"""A row a community and face. A dropped one has lost everything but its ids, and goes once every index has seen it."""

libraries = Table(
    "face_libraries",
    metadata,
    Column("community_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("change_no"),  # of the newest change
    integer(
        "purged_no", server_default="0"
    ),  # dropped rows up to here are gone: an older index starts afresh
)

thresholds = Table(
    "face_thresholds",
    metadata,
    integer("community_id"),
    text_column("model_id"),
    text_column("tenant_id"),
    real("accept"),
    real("unsure"),
    real("margin"),
    integer("changed_ms"),
    PrimaryKeyConstraint("community_id", "model_id"),
)
"""What a community decides by instead of the model's measured defaults; void when the model changes."""
