"""Tables of the intercom. Written by this room's services only. Times are UTC ms."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from linli.kernel.db import flag, integer, metadata, text_column

accounts = Table(
    "intercom_accounts",
    metadata,
    text_column("number", primary_key=True),  # what is dialled, and the user name of a log-in
    text_column("tenant_id"),
    text_column("project_id"),  # accounts call each other within it
    integer("kind"),  # 0 app, 1 door station
    text_column("password"),  # sealed about `sip:<number>`
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_intercom_accounts_project", "tenant_id", "project_id"),
)

groups = Table(
    "intercom_groups",
    metadata,
    text_column("group_id", primary_key=True),  # dialled like a number, and never equal to one
    text_column("tenant_id"),
    text_column("project_id"),
    integer("created_ms"),
    Index("ix_intercom_groups_project", "tenant_id", "project_id"),
)

members = Table(
    "intercom_members",
    metadata,
    text_column("group_id"),
    text_column("number"),
    text_column("tenant_id"),
    text_column("project_id"),
    integer("created_ms"),
    PrimaryKeyConstraint("group_id", "number"),
    Index("ix_intercom_members_number", "number"),
)

servers = Table(
    "intercom_servers",
    metadata,
    text_column("project_id", primary_key=True),
    text_column("tenant_id"),
    text_column("server_id"),
    integer("changed_ms"),
)
"""The SIP server that a project chose."""

door_numbers = Table(
    "intercom_door_numbers",
    metadata,
    text_column("iot_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("number"),
    text_column("password"),  # sealed about `sip_door:<iotId>`
    text_column("host"),
    text_column("port"),  # a text, as the contract has it
    integer("changed_ms"),
)
"""The account that was issued to a door, perhaps of another server."""

rooms = Table(
    "intercom_rooms",
    metadata,
    text_column("iot_id"),
    text_column("room_key"),  # of the whole form, so that two spellings of a room are one
    text_column("tenant_id"),
    integer("community_id"),
    text_column("room_id"),  # as it was given
    text_column("group_id"),
    integer("changed_ms"),
    flag("derived"),  # from the house tree, not by an application
    PrimaryKeyConstraint("iot_id", "room_key"),
    Index("ix_intercom_rooms_group", "group_id"),
)
"""Which group a room keyed at a door rings."""

house_groups = Table(
    "intercom_house_groups",
    metadata,
    integer("space_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("group_id"),
    text_column("room_id"),  # empty: the house's address has none of the forms
    integer("changed_ms"),
    flag("derived"),
    Index("ix_intercom_house_groups_group", "group_id"),
)
"""The group and room of a house."""

owners = Table(
    "intercom_owners",
    metadata,
    text_column("owner", primary_key=True),  # `home:<house>:<identityId>` or `door:<iotId>`
    text_column("number", unique=True),
    text_column("tenant_id"),
    integer("community_id"),
    integer("space_id", null=True),  # the house
    text_column("identity_id"),
    text_column("iot_id"),
    integer("created_ms"),
    Index("ix_intercom_owners_space", "space_id"),
    Index("ix_intercom_owners_community", "community_id"),
    Index("ix_intercom_owners_identity", "identity_id"),
)
"""Whose the accounts are that no application made: one of each member of a house, and one of each door."""

bindings = Table(
    "intercom_bindings",
    metadata,
    text_column("number", primary_key=True),  # one a number: the newest log-in wins
    text_column("tenant_id"),
    text_column("project_id"),
    text_column("contact"),  # the address that the phone gave
    text_column("transport"),  # udp, tcp
    text_column("host"),  # where its packets come from
    integer("port"),
    text_column("call_id"),
    integer("cseq"),
    text_column("agent"),
    integer("registered_ms"),
    integer("expires_ms"),
    Index("ix_intercom_bindings_expires", "expires_ms"),
)
"""Where the phone of a number is reached. A restart forgets none."""

calls = Table(
    "intercom_calls",
    metadata,
    integer("id", primary_key=True),  # rises with time
    text_column("tenant_id"),
    text_column("project_id"),  # of both ends
    integer("community_id", null=True),  # of the door, else of the house; null: of neither
    text_column("caller"),  # the number that called
    integer("caller_kind"),
    text_column("target"),  # the number or group that was dialled
    integer("target_type"),  # 0 number, 1 group
    text_column("iot_id"),  # the door among the two ends; empty: none
    integer("space_id", null=True),  # the house that was called
    text_column("room_id"),  # as the door dials it
    integer("state"),  # 0 rings, 1 talks, 2 is over
    text_column("outcome"),  # rows.OUTCOMES; empty until it is over
    text_column("answered_by"),  # number
    text_column("process"),  # which has it in hand
    integer("started_ms"),
    integer("answered_ms"),  # 0: never
    integer("opened_ms"),  # when the door said that it opened; 0: never
    integer("ended_ms"),  # 0: not yet
    Index("ix_intercom_calls_tenant", "tenant_id", "id"),
    Index("ix_intercom_calls_community", "community_id", "id"),
    Index("ix_intercom_calls_space", "space_id", "id"),
    Index("ix_intercom_calls_door", "iot_id", "id"),
    Index("ix_intercom_calls_open", "state", "process"),
)
"""Every call, one row each, from its first ring on."""

openings = Table(
    "intercom_openings",
    metadata,
    integer("id", primary_key=True),  # rises with time
    integer("call_id"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("iot_id"),  # empty: the platform does not know the door
    text_column("number"),  # whose phone asked
    text_column("identity_id"),  # whose that account is; empty: an application's
    text_column("way"),  # rules.unlocking.Way of the last try; empty: none
    text_column("result"),  # rows.ASKED, a TryResult, or the code of an error
    integer("asked_ms"),
    integer("answered_ms"),  # 0: not yet
    Index("ix_intercom_openings_call", "call_id", "id"),
    Index("ix_intercom_openings_identity", "identity_id"),
)
"""Each time a phone asked to open the door of its call: also those that were refused."""
