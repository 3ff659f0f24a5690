"""Tables of access. Written by this room's services only. Times are UTC ms."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, flag, integer, metadata, real, text_column

doors = Table(
    "access_doors",
    metadata,
    text_column("iot_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("product_key"),
    text_column("device_name"),
    text_column("name"),
    integer("space_id", null=True),
    text_column("direction"),  # ENTRANCE or EXIT
    text_column("sn", server_default=""),
    text_column("ext_info", server_default=""),
    integer("created_ms"),
    integer("changed_ms"),
    integer("call_space_id", null=True),  # the one unit that an intercom door calls
    Index("ix_access_doors_community", "community_id", "name"),
    Index("ix_access_doors_names", "product_key", "device_name"),
)

keys = Table(
    "access_keys",
    metadata,
    Column("community_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("bits"),
    text_column("public_key"),  # base64 of DER SubjectPublicKeyInfo: the value of RSAPublicKey
    text_column("private_key"),  # base64 of DER PKCS#8, sealed about `qr_key:<community>`
    integer("created_ms"),
)
"""One RSA pair a community: one code opens several of its doors."""

persons = Table(
    "access_persons",
    metadata,
    text_column("tenant_id"),
    text_column("project_id"),  # of the calling app; "" for those the console made
    text_column("identity_id"),
    text_column("name"),
    text_column("ext_info", server_default=""),  # as given: text, or an object's JSON text
    integer("created_ms"),
    integer("changed_ms"),
    PrimaryKeyConstraint("tenant_id", "project_id", "identity_id"),
)
"""Door persons (UserDTO of spec E 2.1): the persons behind identityIds in pass records."""

qr_codes = Table(
    "access_qr_codes",
    metadata,
    text_column("qr_code", primary_key=True),
    text_column("tenant_id"),
    text_column("project_id"),
    text_column("identity_id"),
    integer("shared_used", server_default="0"),  # passes counted by all doors together (SHARE)
    integer("created_ms"),
    text_column(
        "source", server_default=""
    ),  # "", visitor: given door by door; shown: for one scan; home, staff: a key of one community
    integer("community_id", null=True),  # of a key
    integer("ended_ms", null=True),  # of a key that its owner has no more
    Index("ix_access_qr_codes_person", "tenant_id", "project_id", "identity_id"),
    # One key of each source a person and community; codes that are no keys have no community, and meet nobody here.
    Index("ix_access_qr_codes_key", "community_id", "identity_id", "source", unique=True),
    Index("ix_access_qr_codes_made", "source", "created_ms", "qr_code"),
)

qr_permissions = Table(
    "access_qr_permissions",
    metadata,
    text_column("qr_code"),
    text_column("iot_id"),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("identity_id"),
    integer("starts_ms"),
    integer("ends_ms"),
    integer("max_scans"),  # -1: unlimited
    flag("shared"),
    integer("used", server_default="0"),  # passes at this door (DEVICE)
    flag("live", default=1),
    text_column(
        "end_reason", server_default=""
    ),  # removed, used_up, person_deleted, door_removed, moved_out, left, erased
    integer("created_ms"),
    integer("changed_ms"),
    text_column("way", server_default=""),  # of access_ways; empty: scans are counted
    text_column("point", server_default=""),  # the door's place on a way
    PrimaryKeyConstraint("qr_code", "iot_id"),
    Index("ix_access_qr_permissions_door", "iot_id", "live"),
    Index("ix_access_qr_permissions_community", "community_id", "changed_ms"),
    Index("ix_access_qr_permissions_holder", "identity_id", "live"),
    Index("ix_access_qr_permissions_way", "way", "live"),
)

ways = Table(
    "access_ways",
    metadata,
    text_column("way", primary_key=True),  # visit:<application> or pin:<credential>
    text_column("tenant_id"),
    integer("community_id"),
    integer("most"),  # uses
    text_column("passes", server_default="[]"),  # JSON: UTC ms and place of each that was counted
    integer("ends_ms"),  # of the pass: a day later the row may go
    Index("ix_access_ways_ends", "ends_ms"),
)
"""Ways that passes with a number of uses went (`rules.ways`)."""

cards = Table(
    "access_cards",
    metadata,
    text_column("iot_id"),
    text_column("card_id"),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("project_id"),
    text_column("identity_id"),
    integer("starts_ms"),  # when it was granted: the API has no start (spec E T24)
    integer("ends_ms"),
    flag("live", default=1),
    integer("created_ms"),
    integer("changed_ms"),
    text_column("end_reason", server_default=""),
    PrimaryKeyConstraint("iot_id", "card_id"),
    Index("ix_access_cards_person", "tenant_id", "project_id", "identity_id"),
    Index("ix_access_cards_holder", "identity_id", "live"),
)

passes = Table(
    "access_passes",
    metadata,
    Column("id", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("iot_id"),
    text_column("door_name"),
    text_column("type"),  # CARD, PASSWORD, QRCODE, BleCARD, FACE, CALL
    integer("code"),
    text_column("message"),
    text_column("credential"),
    text_column("identity_id"),
    text_column("name"),
    text_column("direction"),
    integer("remaining", null=True),  # QR scans left; null where they are not counted
    text_column("ext_info"),  # as the door sent it
    integer("passed_ms"),
    integer("received_ms"),
    Index("ix_access_passes_community", "community_id", "id"),
    Index("ix_access_passes_door", "iot_id", "id"),
    Index("ix_access_passes_person", "identity_id", "id"),
    postgresql_partition_by="RANGE (day)",
)
"""Passes and refusals, with persons and reasons. Kept 180 days (design 1); the data bus holds copies for 30."""

alarms = Table(
    "access_door_alarms",
    metadata,
    integer("id", primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("iot_id"),
    text_column("door_name"),
    text_column("kind"),  # tamper, forced, held, fever
    real("temperature", null=True),  # degrees Celsius, of a fever
    integer("times"),  # how often the door said so
    integer("raised_ms"),
    integer("last_ms"),
    integer(
        "over_ms", null=True
    ),  # null: it goes on; of what has no end, such as a fever, when it was raised
    integer("received_ms"),
    text_column("taken_by", server_default=""),  # caller as kind:id; "": nobody looks after it
    integer("taken_ms", null=True),
    text_column("closed_by", server_default=""),
    integer("closed_ms", null=True),
    text_column("outcome", server_default=""),  # what it was: real, false, work, test, other
    text_column("outcome_note", server_default=""),
    Index("ix_access_door_alarms_community", "community_id", "id"),
    Index("ix_access_door_alarms_door", "iot_id", "kind", "over_ms"),
)
"""Alarms of doors: tampering, forced, held open, a fever. They name nobody. Kept as long as passes."""

remote_opens = Table(
    "access_remote_opens",
    metadata,
    integer("id", primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("iot_id"),
    text_column("caller"),
    text_column("reason"),
    text_column("result"),  # asked, opened, or an error code
    integer("asked_ms"),
    integer("answered_ms", null=True),
    text_column("picture", server_default=""),  # object key of what the door saw then
    Index("ix_access_remote_opens_door", "iot_id", "id"),
)
"""Audit of remote openings: person, door and reason."""

settings = Table(
    "access_settings",
    metadata,
    Column("community_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("provider", server_default=""),  # brand; "": none chosen
    text_column("provider_products", server_default=""),  # productKeys of its devices, by comma
    flag("service_on"),  # residents have keys of their own
    flag("freeze_doors"),  # a frozen account opens no door
    text_column("pin_salt", server_default=""),
    integer("changed_ms"),
    text_column("ble_order", server_default=""),  # what its doors' Bluetooth keys are made from; "": none
)
"""A community's settings for its doors; no row: no provider, and only rights given door by door."""

door_readings = Table(
    "access_door_readings",
    metadata,
    integer("community_id"),
    text_column("kind"),  # product: all its doors here; door: this one, before its product's
    text_column("ref"),  # productKey or iotId
    text_column("tenant_id"),
    text_column("form"),  # "": as the product's; sealed, standard, own
    text_column("alphabet"),  # of own codes: digits, capitals, letters
    integer("length"),  # of own codes, prefix included
    text_column("prefix"),
    text_column("ble_name"),  # of a door: what it advertises itself as; "": no Bluetooth
    integer("changed_ms"),
    PrimaryKeyConstraint("community_id", "kind", "ref"),
)
"""The form of codes that a door's scanner reads, and its Bluetooth name."""

door_scopes = Table(
    "access_door_scopes",
    metadata,
    text_column("iot_id"),
    text_column("kind"),  # space or group
    text_column("ref"),  # spaceId or userGroupId
    text_column("tenant_id"),
    integer("community_id"),
    integer("created_ms"),
    text_column(
        "schedule", server_default=""
    ),  # when the door serves them (`linli.rules.schedules`); "": always
    PrimaryKeyConstraint("iot_id", "kind", "ref"),
    Index("ix_access_door_scopes_community", "community_id"),
)
"""The pass scope of a door: the homes and groups whose persons open it with their own keys."""

credentials = Table(
    "access_credentials",
    metadata,
    Column("id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("project_id"),
    text_column("kind"),  # door.card, door.ble, door.pin
    text_column("credential"),  # card number; of a PIN its digest
    text_column("identity_id"),
    text_column("reach"),  # home: the doors of the person's pass scope; all; doors: those granted one by one
    text_column("label"),
    integer("starts_ms"),
    integer("ends_ms"),
    text_column("sealed"),  # a PIN, for doors that take it in clear only
    integer("max_uses"),  # -1: without limit
    integer("used"),
    flag("live", default=1),
    text_column("end_reason"),
    text_column("made_by"),
    integer("created_ms"),
    integer("changed_ms"),
    text_column("schedule", server_default=""),
    integer("digits", server_default="0"),  # of a PIN; 0: given before lengths were kept
    Index("ix_access_credentials_found", "community_id", "kind", "credential"),
    Index("ix_access_credentials_holder", "identity_id", "live"),
    Index("ix_access_credentials_list", "community_id", "changed_ms"),
)
"""Cards, Bluetooth cards and PINs of persons, for any doors."""

pin_guesses = Table(
    "access_pin_guesses",
    metadata,
    integer("community_id"),
    text_column("iot_id"),  # "": all doors of the community, which take PINs of one list
    text_column("tenant_id"),
    integer("owed_until_ms"),  # as `linli.rules.pins.Keypad`
    integer("tries"),
    integer("first_ms"),
    integer("last_ms"),
    integer("told_ms"),
    PrimaryKeyConstraint("community_id", "iot_id"),
)
"""Wrong PINs that doors reported and that time has not forgiven yet, with those of the series before."""

tries = Table(
    "access_tries",
    metadata,
    text_column("key", primary_key=True),
    integer("tries"),
    integer("since_ms"),
)
"""Counts of tries that are limited."""
