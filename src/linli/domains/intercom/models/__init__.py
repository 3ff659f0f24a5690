"""Tables of the intercom. Written by this room's services only. Times are UTC ms."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from linli.domains.intercom.models.bells import doorbell_mutes, doorbells, duress
from linli.domains.intercom.models.looks import looks
from linli.domains.intercom.models.notes import call_notes
from linli.kernel.db import flag, integer, metadata, text_column

__all__ = ["call_notes", "doorbell_mutes", "doorbells", "duress", "looks"]

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

settings = Table(
    "intercom_settings",
    metadata,
    integer("community_id", primary_key=True),
    text_column("tenant_id"),
    integer("talk_minutes"),
    integer("view_seconds"),
    integer("changed_ms"),
    text_column(
        "indoor", server_default="video"
    ),  # rows.PERMISSIONS: how terminals of homes may talk with doors
    text_column("mobile", server_default="video"),  # how phones of their members may
)
"""What a community says of its calls; no row: `rows.Settings` as it is."""

homes = Table(
    "intercom_homes",
    metadata,
    integer("space_id", primary_key=True),  # the house
    text_column("tenant_id"),
    integer("community_id"),
    text_column("steps"),  # rules.ladder: `indoor:15,family:30,-neighbour:20,desk:30`
    integer("neighbour_id", null=True),  # a house that is asked to answer
    flag("neighbour_agreed"),
    flag("strict_quiet"),  # in quiet hours a second ring within minutes is quiet, too
    flag("log_hidden"),  # members see no calls that others of the home took
    integer("changed_ms"),
    text_column("indoor", server_default=""),  # as in `settings`, for this home; empty: as the community says
    text_column("mobile", server_default=""),
    integer("messages", server_default="0"),  # visitors whom nobody answers may leave a message
    Index("ix_intercom_homes_neighbour", "neighbour_id"),
)
"""How a home wants to be called; no row: `rows.HomeRules` as it is."""

messages = Table(
    "intercom_messages",
    metadata,
    integer("call_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id"),
    integer("space_id"),  # the house
    text_column("process"),  # which has the recording until it is ready
    text_column("state"),  # rows.RECORDING, READY or FAILED
    text_column("kind"),  # media.films: mp4, webm; empty: no film
    text_column("film"),  # its object; empty: none
    text_column("photo"),  # the object; empty: none
    integer("length_ms"),
    text_column("why"),  # it failed
    integer("recorded_ms"),
    integer("seen_ms"),  # 0: not yet
    Index("ix_intercom_messages_house", "space_id", "call_id"),
)
"""What visitors left whom nobody answered."""

call_steps = Table(
    "intercom_call_steps",
    metadata,
    integer("call_id"),
    integer("place"),  # from 1 on
    text_column("tenant_id"),
    integer("community_id"),
    text_column("step"),  # rules.ladder.STEPS
    integer("phones"),  # how many rang
    text_column("result"),  # rows.OUTCOMES, RINGING, ELSEWHERE, NO_PHONE or IN_QUIET
    text_column("number"),  # who took it
    integer("started_ms"),
    integer("ended_ms"),  # 0: not yet
    PrimaryKeyConstraint("call_id", "place"),
)
"""Whom a call to a home tried, one after the other."""

quiet_hours = Table(
    "intercom_quiet_hours",
    metadata,
    integer("space_id"),  # the house
    text_column("identity_id"),  # of one member; empty: of the whole home
    text_column("tenant_id"),
    integer("community_id"),
    integer("from_minute"),  # of the day, in the community's time
    integer("to_minute"),  # the same or earlier: of the next day
    integer("days"),  # of their begin: 1 Monday … 64 Sunday, added
    text_column("manner"),  # rules.quiet: silent, skip
    integer("changed_ms"),
    PrimaryKeyConstraint("space_id", "identity_id"),
    Index("ix_intercom_quiet_hours_identity", "identity_id"),
)
"""When a home, or a member's own phone, is not to be disturbed."""

telephones = Table(
    "intercom_telephones",
    metadata,
    integer("space_id"),  # the house
    text_column("identity_id"),  # the member
    text_column("tenant_id"),
    integer("community_id"),
    integer("agreed_ms"),
    PrimaryKeyConstraint("space_id", "identity_id"),
    Index("ix_intercom_telephones_identity", "identity_id"),
)
"""Members who agreed that calls to their home may go on to their telephone."""

auto_opens = Table(
    "intercom_auto_opens",
    metadata,
    integer("id", primary_key=True),  # rises with time
    text_column("tenant_id"),
    integer("community_id"),
    integer("space_id"),  # the house whose visitors are let in
    text_column("identity_id"),  # who lets them in, by their own right to open
    integer("until_ms"),
    integer("most"),  # how often
    integer("used"),
    integer("used_ms"),  # the last time; 0: never
    integer("ended_ms"),  # 0: by its time
    Index("ix_intercom_auto_opens_house", "space_id", "id"),
    Index("ix_intercom_auto_opens_identity", "identity_id"),
)
"""For some minutes a home opens to whoever rings it."""

terminals = Table(
    "intercom_terminals",
    metadata,
    text_column("bind_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id"),
    integer("space_id", null=True),  # the house; null: the property's office
    text_column("app_project"),  # whose application runs on it: device ids are one within it
    text_column("device_type"),
    text_column("device_id"),
    text_column("nickname"),
    text_column("identity_id"),  # the member who bound it; empty: staff
    text_column("number", unique=True),  # its account, which ends with the binding
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_intercom_terminals_device", "app_project", "device_type", "device_id", unique=True),
    Index("ix_intercom_terminals_space", "space_id"),
    Index("ix_intercom_terminals_identity", "identity_id"),
)
"""Terminals that somebody bound to a house or to the property's office."""

terminal_codes = Table(
    "intercom_terminal_codes",
    metadata,
    text_column("app_project"),
    text_column("device_type"),
    text_column("device_id"),
    text_column("tenant_id"),
    text_column("code_hash", unique=True),
    integer("made_ms"),
    integer("expires_ms"),
    integer("used_ms"),  # 0: not yet
    PrimaryKeyConstraint("app_project", "device_type", "device_id"),
    Index("ix_intercom_terminal_codes_expires", "expires_ms"),
)
"""The newest code that a terminal shows to be bound by: good once, for minutes."""

screens = Table(
    "intercom_screens",
    metadata,
    text_column("screen_id", primary_key=True),  # the device id of its terminal
    text_column("token_hash", unique=True),
    text_column("old_hash"),  # of the token before, which serves for a moment longer; empty: none
    text_column("number"),  # of its terminal's account; empty: it is not bound
    text_column("tenant_id"),  # empty: it is not bound
    text_column("floor"),  # where lifts come to, as it was set there; empty: not yet
    integer("created_ms"),
    integer("renewed_ms"),  # when its token was made
    Index("ix_intercom_screens_number", "number"),
    Index("ix_intercom_screens_renewed", "renewed_ms"),
)
"""Pages of ours that are terminals: what each proves itself with."""

sites = Table(
    "intercom_sites",
    metadata,
    integer("node_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("held_version"),  # what the box said that it has
    integer("held_ms"),
    integer("told_ms"),  # when it told of its phones
    text_column("address"),  # host and port of its SIP server on the site's network
)

site_phones = Table(
    "intercom_site_phones",
    metadata,
    integer("node_id"),
    text_column("number"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("host"),  # on the site's LAN
    text_column("agent"),
    integer("since_ms"),
    PrimaryKeyConstraint("node_id", "number"),
    Index("ix_intercom_site_phones_number", "number"),
)
"""Phones that are logged in at a box, as it told last."""

site_calls = Table(
    "intercom_site_calls",
    metadata,
    text_column("ref", primary_key=True),  # `<caller>:<id at the box>`
    text_column("tenant_id"),
    integer("call_id"),
    integer("node_id"),  # 0: the box did not tell of it yet
    Index("ix_intercom_site_calls_call", "call_id"),
)
"""Which calls went through a box: each is one call, also where the platform rang somebody for it."""
