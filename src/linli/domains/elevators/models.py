"""Tables of lifts, as their devices tell of them. Written by this room's services only. Times are UTC ms."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, flag, integer, metadata, text_column

lifts = Table(
    "elevator_lifts",
    metadata,
    text_column("iot_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("mode"),  # SINGLE, GROUP, ALL
    integer("read_ms"),
    Index("ix_elevator_lifts_community", "tenant_id", "community_id"),
)
"""A device that answers for the cars of a shaft or of several."""

cars = Table(
    "elevator_cars",
    metadata,
    text_column("iot_id"),
    text_column("elevator_id"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("name", server_default=""),
    flag("two_doors"),
    text_column("position", server_default=""),  # floor, in the lift's own name
    integer("motion", server_default="-1"),  # -1 unknown, 0 stopped, 1 moving
    integer("direction", server_default="-1"),  # -1 unknown, 0 none, 1 up, 2 down
    integer("state_ms", null=True),
    PrimaryKeyConstraint("iot_id", "elevator_id"),
)

floors = Table(
    "elevator_floors",
    metadata,
    text_column("iot_id"),
    text_column("elevator_id"),
    integer("place"),  # in the lift's own order
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("floor"),  # as the lift names it: B1, G, 3A, roof
    text_column("rooms", server_default="[]"),  # JSON
    PrimaryKeyConstraint("iot_id", "elevator_id", "place"),
)

car_states = Table(
    "elevator_car_states",
    metadata,
    text_column("iot_id"),
    text_column("elevator_id"),  # empty: the whole lift
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("reported", server_default="normal"),  # `rules.lift_states.STATES`, as the lift tells
    flag("once"),  # the lift told it once, and does not tell when it is over
    integer("reported_ms", null=True),
    flag("out"),  # a person took it out of service
    text_column("reason", server_default=""),
    integer("until_ms", null=True),
    integer("out_ms", null=True),
    integer("emergency_id", null=True),  # of the whole lift: locked by it
    text_column("home", server_default=""),  # where it is sent in an emergency; empty: nobody said so
    PrimaryKeyConstraint("iot_id", "elevator_id"),
)
"""Why a car does not run. A car without a row runs."""

emergencies = Table(
    "elevator_emergencies",
    metadata,
    Column("emergency_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id", null=True),
    integer("space_id", null=True),  # a building or a unit; null: the whole community
    text_column("reason"),  # in words, or the name of the device whose input it was
    text_column("source"),  # person, device
    text_column("started_by"),  # caller
    integer("started_ms"),
    text_column("ended_by", server_default=""),
    integer("ended_ms", null=True),
    Index("ix_elevator_emergencies_community", "tenant_id", "community_id", "started_ms"),
)
"""From then on until a person ends it, cars go home and nobody calls them."""

emergency_cars = Table(
    "elevator_emergency_cars",
    metadata,
    integer("emergency_id"),
    text_column("iot_id"),
    text_column("elevator_id"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("home_floor", server_default=""),
    text_column("result"),  # waiting, sent, home, refused, silent
    text_column("words", server_default=""),
    integer("tries", server_default="0"),
    integer("at_ms", null=True),
    PrimaryKeyConstraint("emergency_id", "iot_id", "elevator_id"),
    Index("ix_elevator_emergency_cars_lift", "iot_id"),
)
"""What became of sending a car home."""

open_calls = Table(
    "elevator_open_calls",
    metadata,
    text_column("iot_id"),
    text_column("floor"),
    text_column("tenant_id"),
    integer("community_id", null=True),
    integer("called_ms"),
    PrimaryKeyConstraint("iot_id", "floor"),
)
"""Calls to a floor where no car stood since. One for each floor of a lift; given up after some minutes."""

waits = Table(
    "elevator_waits",
    metadata,
    text_column("iot_id"),
    integer("week"),  # weeks since the epoch's Monday, at the site's time
    integer("slot"),  # 0..167: Monday 0 h is 0
    text_column("tenant_id"),
    integer("community_id", null=True),
    integer("calls"),
    integer("served"),
    integer("wait_ms"),  # of all that were served
    integer("longest_ms"),
    PrimaryKeyConstraint("iot_id", "week", "slot"),
)
"""How long people waited, by hour of the week, of the last weeks. No person is named."""

home_calls = Table(
    "elevator_home_calls",
    metadata,
    integer("house_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("times", server_default="[]"),  # JSON: ms of the last calls
    integer("last_ms"),
)
"""When a home last called a lift, so that nobody calls without end. Rows of an hour ago go."""

people_calls = Table(
    "elevator_people_calls",
    metadata,
    text_column("iot_id", primary_key=True),
    text_column("tenant_id"),
    integer("community_id", null=True),
    integer("last_ms"),
)
"""When a person last called a lift: robots wait."""
