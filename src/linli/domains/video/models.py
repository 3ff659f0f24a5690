"""Tables of video. Written by this room's services only."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, blob, flag, identity, integer, metadata, real, text_column

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

gb_devices = Table(
    "gb_devices",
    metadata,
    Column("device_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("gb_id"),  # 20 digits, with which it registers
    text_column("name"),
    text_column("password_sealed"),
    text_column("way", server_default="udp"),  # how its pictures come: udp, passive
    text_column("product_key"),  # of the things that its cameras become
    text_column("maker", server_default=""),
    text_column("model", server_default=""),
    text_column("state", server_default="new"),  # new, online, offline
    text_column("transport", server_default=""),
    text_column("host", server_default=""),
    integer("port", server_default="0"),
    text_column("trouble", server_default=""),  # gb28181.rows.TROUBLES: why it could not register
    text_column("trouble_host", server_default=""),
    integer("trouble_ms", server_default="0"),
    integer("registered_ms", server_default="0"),
    integer("created_ms"),
    integer("changed_ms"),
    text_column("subscribes", server_default="catalogue,alarm"),  # kinds of gb28181.COMMANDS
    Index("uq_gb_devices_gb_id", "gb_id", unique=True),
    Index("ix_gb_devices_community", "community_id", "device_id"),
)
"""Cameras and recorders that register by GB/T 28181 (spec H 4.5)."""

gb_channels = Table(
    "gb_channels",
    metadata,
    Column("channel_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("device_id"),
    text_column("channel"),  # its code in the device's catalogue
    text_column("name", server_default=""),
    text_column("maker", server_default=""),
    text_column("model", server_default=""),
    integer("steers", server_default="0"),  # 1: it turns and zooms
    integer("online", server_default="0"),
    text_column("iot_id"),
    integer("changed_ms"),
    flag("listed", default=1),  # 0: its recorder took it out of the catalogue
    real("longitude", null=True),  # WGS-84, as a mobile camera tells it
    real("latitude", null=True),
    text_column("place_time", server_default=""),  # by the camera's clock
    integer("place_ms", server_default="0"),  # when it was told; 0: never
    Index("uq_gb_channels_channel", "device_id", "channel", unique=True),
    Index("ix_gb_channels_iot", "iot_id"),
)
"""The cameras of their catalogues, each a thing."""

gb_uppers = Table(
    "gb_uppers",
    metadata,
    Column("upper_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("name"),
    text_column("host"),
    integer("port"),
    text_column("server_id"),  # 20 digits of the upper platform
    text_column("domain"),
    text_column("gb_id"),  # 20 digits that this platform registers with there
    text_column("password_sealed"),
    text_column("transport", server_default="udp"),  # udp, tcp
    text_column("edition", server_default="2016"),  # 2016, 2022
    integer("register_s", server_default="3600"),
    integer("keepalive_s", server_default="60"),
    integer("most_streams", server_default="4"),
    flag("steers"),  # 1: it may turn cameras
    flag("alarms"),  # 1: alarms of its cameras are passed on
    flag("off"),  # 1: not registered there
    text_column("media_hosts", server_default=""),  # addresses of its media servers, by spaces
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_gb_uppers_place", "host", "port", "gb_id", unique=True),
    Index("ix_gb_uppers_community", "community_id", "upper_id"),
)
"""Upper platforms by GB/T 28181 where this one registers."""

gb_upper_cameras = Table(
    "gb_upper_cameras",
    metadata,
    integer("upper_id"),
    text_column("iot_id"),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("code"),  # 20 digits that the upper platform knows it by
    flag("unmasked"),  # 1: it goes out without the masks that it has, as somebody said
    PrimaryKeyConstraint("upper_id", "iot_id"),
    Index("uq_gb_upper_cameras_code", "upper_id", "code", unique=True),
    Index("ix_gb_upper_cameras_iot", "iot_id"),
)
"""The cameras that an upper platform sees."""

device_views = Table(
    "device_views",
    metadata,
    text_column("iot_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("camera_iot_id"),
    integer("changed_ms"),
    Index("ix_device_views_camera", "camera_iot_id"),
    Index("ix_device_views_community", "tenant_id", "community_id"),
)
"""Which camera shows a device that sends no pictures of its own, such as a lane's plate camera."""

recording_plans = Table(
    "recording_plans",
    metadata,
    text_column("iot_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("mode", server_default="off"),  # off, plan, event
    text_column("hours", server_default=""),  # a schedule; empty: at all hours
    flag("sub"),  # 1: the small stream
    integer("days", server_default="30"),
    integer("most_mb", server_default="0"),  # 0: no limit of its own
    integer("manual_since_ms", server_default="0"),
    integer("manual_until_ms", server_default="0"),
    text_column("manual_by", server_default=""),
    integer("event_until_ms", server_default="0"),
    integer("changed_ms"),
    Index("ix_recording_plans_community", "tenant_id", "community_id"),
)
"""When a camera is recorded here, and how long that is kept."""

recording_segments = Table(
    "recording_segments",
    metadata,
    Column("segment_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("iot_id"),
    integer("begin_ms"),
    integer("end_ms"),
    integer("bytes", server_default="0"),
    text_column("cause"),  # plan, event, manual
    text_column("state"),  # open, whole, erasing
    flag("locked"),
    Index("ix_recording_segments_camera", "iot_id", "begin_ms"),
    Index("ix_recording_segments_oldest", "locked", "state", "begin_ms"),
)
"""Files of the recorder; where each lies follows from its row."""

recording_gaps = Table(
    "recording_gaps",
    metadata,
    Column("gap_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("iot_id"),
    integer("begin_ms"),
    integer("end_ms", server_default="0"),  # 0: it goes on
    text_column("cause"),  # a code of errors, or one of recording_rows
    Index("ix_recording_gaps_camera", "iot_id", "begin_ms"),
    Index("ix_recording_gaps_end", "end_ms"),
)
"""When a camera should have been recorded and was not."""

recording_views = Table(
    "recording_views",
    metadata,
    identity("view_id"),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("iot_id"),
    text_column("caller"),
    integer("account_id", null=True),  # of a caller who is a person
    text_column("what"),  # recording_rows.LOOKS
    text_column(
        "surface", server_default=""
    ),  # recording_rows.SURFACES; empty: the console's page of recordings
    integer("begin_ms"),  # of what was seen; for live pictures also when it was seen
    integer("end_ms"),  # of a live look: when it was last seen to go on
    flag("over", default=1),  # 0: a live look that goes on, or that ended with its process
    text_column("reason", server_default=""),
    text_column(
        "sha256", server_default=""
    ),  # of a file that was taken away; empty: none, or it was not made
    integer("at_ms"),
    Index("ix_recording_views_camera", "iot_id", "at_ms"),
    Index("ix_recording_views_community", "community_id", "at_ms"),
    Index("ix_recording_views_account", "account_id"),
    Index("ix_recording_views_at", "at_ms"),
    sqlite_autoincrement=True,
)
"""Who looked at a camera, live or recorded, and who took away or locked what of it."""

camera_health = Table(
    "camera_health",
    metadata,
    text_column("iot_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id"),
    flag("off"),  # 1: its picture is not looked at
    integer("tried_ms", server_default="0"),
    integer("looked_ms", server_default="0"),  # the last time that there was a picture
    text_column("trouble", server_default=""),  # a code of errors: why there was none
    text_column("mark", server_default=""),  # of its last picture
    integer("alike", server_default="0"),  # so many looks before it had the same mark
    integer("in_place", server_default="-1"),  # of a hundred edges of the reference; -1: not compared
    integer("spent_ms", server_default="0"),  # on the last look
    Index("ix_camera_health_community", "tenant_id", "community_id"),
)
"""The last look at a camera's picture."""

camera_views = Table(
    "camera_views",
    metadata,
    text_column("iot_id"),
    text_column("period"),  # health.rules.Period
    text_column("tenant_id"),
    integer("community_id"),
    blob("sight"),  # what is compared
    blob("jpeg"),
    text_column("set_by", server_default=""),  # who said that it is right; empty: it was learned
    integer("at_ms"),
    PrimaryKeyConstraint("iot_id", "period"),
)
"""References: how a camera's picture looks when it is right, by time of day."""

camera_masks = Table(
    "camera_masks",
    metadata,
    text_column("iot_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("boxes"),  # JSON: left, top, width, height of each, in ten-thousandths
    integer("changed_ms"),
)
"""Parts of a camera's picture that are hidden from those who do not manage recordings."""

camera_findings = Table(
    "camera_findings",
    metadata,
    text_column("iot_id"),
    text_column("kind"),  # health_rows.FINDINGS
    text_column("tenant_id"),
    integer("community_id"),
    integer("looks", server_default="1"),  # in a row
    flag("counts"),  # 1: it was seen often enough
    integer("sure", server_default="0"),  # of a hundred
    text_column("facts", server_default=""),  # JSON, for its words
    blob("jpeg"),  # empty: none shows it
    integer("since_ms"),
    integer("seen_ms"),
    integer("muted_until_ms", server_default="0"),
    PrimaryKeyConstraint("iot_id", "kind"),
    Index("ix_camera_findings_community", "tenant_id", "community_id"),
)
"""What is wrong with a camera's picture now. It goes when the picture is good again."""
