"""Tables of faces: templates, pictures, consents, staff, erasures, deployments. Times are UTC ms.

Templates, libraries and thresholds are written by `service.enrolment` and `service.thresholds` only.
"""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from linli.kernel.db import INT, blob, flag, identity, integer, metadata, real, text_column

templates = Table(
    "face_templates",
    metadata,
    integer("community_id"),
    text_column("face_id"),
    text_column("tenant_id"),
    text_column("identity_id"),  # whose face; "" when it is nobody's known
    text_column("object_key"),  # the picture, to make the template again when the model changes
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
"""One row for each community and face. A dropped one keeps its ids only, and is deleted once every index has read it."""

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
"""Thresholds of a community in place of the model's defaults. They are void when the model changes."""

images = Table(
    "face_images",
    metadata,
    identity(),
    text_column("tenant_id"),
    text_column("owner"),  # projectId for user ids of an integrator's own; "" for persons of the tenant
    text_column("user_type"),  # IDENTITY, OPEN, YUNDUN, PHONE
    text_column("user_id"),
    text_column("identity_id"),  # the person, where the tenant knows one
    integer("community_id", null=True),  # of the token it was saved with
    text_column("face_id"),
    text_column("object_key"),  # "" once the picture is erased
    text_column("md5"),
    integer("size"),
    text_column("source"),  # api, people, console, resident
    text_column("user_name"),
    text_column("face_ext"),
    text_column("user_ext"),
    integer("user_role", null=True),
    text_column("mobile"),
    text_column("policy"),  # PERMISSION, DENY
    integer("expires_ms", null=True),
    flag("live", default=1),
    integer("created_ms"),
    integer("changed_ms"),
    UniqueConstraint("tenant_id", "owner", "user_type", "user_id"),
    Index("ix_face_images_face", "face_id"),
    Index("ix_face_images_person", "identity_id"),
    Index("ix_face_images_expiry", "live", "expires_ms"),
    sqlite_autoincrement=True,
)
"""One picture for each user. An erased row keeps only its ids, because deliveries and receipts refer to them."""

consents = Table(
    "face_consents",
    metadata,
    identity(),
    text_column("tenant_id"),
    integer("community_id", null=True),
    integer("image_id"),
    text_column("identity_id"),
    text_column("purpose"),  # door_access
    text_column("how"),  # in_app, on_paper, project_attested
    text_column("asked_by"),  # `resident:3`, `staff:12`, `app:30239797`
    text_column("text_version"),
    text_column("guardian", server_default=""),  # who consented for a minor
    integer("given_ms"),
    integer("expires_ms", null=True),
    integer("ended_ms", null=True),
    text_column("end_reason", server_default=""),  # withdrawn, expired, moved_out, erased, replaced
    text_column("ended_by", server_default=""),
    text_column("proof_key", server_default=""),  # the signed form in the object store
    Index("ix_face_consents_image", "image_id"),
    Index("ix_face_consents_expiry", "expires_ms"),
    Index("ix_face_consents_list", "community_id", "given_ms"),
    sqlite_autoincrement=True,
)
"""The ledger of consents. A row can only be ended; it is not removed while its image row exists."""

staff = Table(
    "face_staff",
    metadata,
    integer("community_id"),
    integer("account_id"),
    text_column("tenant_id"),
    text_column("identity_id"),
    integer("since_ms"),
    PrimaryKeyConstraint("community_id", "account_id"),
    Index("ix_face_staff_person", "identity_id"),
)
"""Staff whose face opens every door of a community while their account has the door right there."""

erasures = Table(
    "face_erasures",
    metadata,
    identity(),
    text_column("tenant_id"),
    integer("community_id", null=True),
    integer("image_id"),
    text_column("face_id"),
    text_column("identity_id"),
    text_column("reason"),  # withdrawn, expired, moved_out, erased, deleted
    text_column("caller"),
    integer("asked_ms"),
    integer("picture_ms", null=True),  # when the picture's bytes were gone
    integer("finished_ms", null=True),  # when the last device had confirmed
    Index("ix_face_erasures_face", "face_id"),
    Index("ix_face_erasures_list", "community_id", "asked_ms"),
    sqlite_autoincrement=True,
)

erasure_devices = Table(
    "face_erasure_devices",
    metadata,
    integer("erasure_id"),
    text_column("iot_id"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("device_name"),
    integer("confirmed_ms", null=True),
    integer("gone_ms", null=True),  # the device was deleted from the platform
    PrimaryKeyConstraint("erasure_id", "iot_id"),
    Index("ix_face_erasure_devices_device", "iot_id"),
)
"""Every device that may have a copy. It is listed until it confirms, or is deleted."""

deployments = Table(
    "face_deployments",
    metadata,
    text_column("iot_id"),
    text_column("user_group_id"),
    text_column("tenant_id"),
    integer("community_id"),
    flag("live", default=1),
    integer("deployed_ms"),
    integer("changed_ms"),
    PrimaryKeyConstraint("iot_id", "user_group_id"),
    Index("ix_face_deployments_group", "user_group_id"),
    Index("ix_face_deployments_list", "community_id", "deployed_ms"),
)
"""User groups whose members' faces a device (an AI box, a door) has."""
