"""Tables of video. Written by this room's services only."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, integer, metadata, real, text_column

cameras = Table(
    "cameras",
    metadata,
    Column("camera_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("iot_id"),
    text_column("product_key"),
    text_column("device_name"),
    text_column("name"),
    text_column("brand", server_default=""),
    text_column("product_model", server_default=""),
    text_column("resolution", server_default=""),
    integer("protocol", null=True),  # camera_rules.PROTOCOLS
    text_column("ip", server_default=""),
    integer("port", null=True),
    text_column("nvr_ip", server_default=""),  # of the recorder that it hangs on
    text_column("channel", server_default=""),
    text_column("url", server_default=""),  # where its stream is played; never with a password in it
    text_column("username", server_default=""),
    text_column("password_sealed", server_default=""),
    text_column("group_name", server_default=""),
    integer("status", server_default="1"),  # camera_rules.STATUSES
    text_column("address", server_default=""),
    integer("space_id", null=True),
    integer("direction", null=True),  # camera_rules.DIRECTIONS
    real("longitude", null=True),  # GCJ-02, as the map provider gives it
    real("latitude", null=True),
    text_column("installed_on", server_default=""),  # yyyy-MM-dd
    text_column("manager", server_default=""),
    text_column("manager_phone", server_default=""),
    text_column("remark", server_default=""),
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_cameras_device", "community_id", "iot_id", unique=True),
    Index("ix_cameras_device", "iot_id"),
    Index("ix_cameras_changed", "community_id", "changed_ms", "camera_id"),
)
"""Information about a camera of a community, beside the device. Spec B §2.11 (VideoDeviceInfo), D §2, A TOP-02."""

camera_batches = Table(
    "camera_batches",
    metadata,
    Column("batch_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("kind"),  # import, clear
    text_column("file_name", server_default=""),
    integer("created", server_default="0"),
    integer("changed", server_default="0"),
    integer("removed", server_default="0"),
    integer("kept", server_default="0"),  # left as they were by undoing: somebody changed them since
    text_column("state"),  # done, undone
    text_column("by_id"),
    integer("created_ms"),
    integer("undone_ms", server_default="0"),
    Index("ix_camera_batches_community", "community_id", "batch_id"),
)

camera_batch_rows = Table(
    "camera_batch_rows",
    metadata,
    integer("batch_id"),
    integer("position"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("camera_id"),
    text_column("iot_id"),
    text_column("before", server_default=""),  # JSON of the row without its password; empty: there was none
    text_column("after", server_default=""),  # the same of what the batch left
    text_column("before_sealed", server_default=""),
    text_column("after_sealed", server_default=""),
    PrimaryKeyConstraint("batch_id", "position"),
)
"""The changes of an import or a clearing, for its undo."""
