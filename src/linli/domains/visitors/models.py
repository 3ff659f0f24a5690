"""Tables of visitors. Written by this room's services only. Times are UTC ms."""

from sqlalchemy import Column, Index, Table

from linli.kernel.db import INT, flag, integer, metadata, text_column

visits = Table(
    "visits",
    metadata,
    integer("apply_id", primary_key=True, autoincrement=False),  # from Ids.number()
    text_column("tenant_id"),
    integer("community_id"),
    integer("house_id"),
    text_column("state"),  # schemas.STATES
    text_column("source"),  # schemas.SOURCES
    text_column("name"),
    integer("type"),  # MEMBER_TYPE
    text_column("phone"),  # cleaned; may be empty
    text_column("id_no"),
    integer("gender", null=True),
    text_column("plate"),  # as rules.plates cleans it
    text_column("reason"),
    integer("people"),  # the visitor and who comes along
    text_column("host_name"),  # the host, in the words of visitors who registered themselves
    integer("starts_ms"),
    integer("ends_ms"),
    integer("submitter_id", null=True),  # the resident who invited
    text_column("submitter_identity"),
    integer("visitor_id", null=True),  # the person that the visitor is; none before somebody lets them come
    text_column("visitor_identity"),
    text_column("qr_code"),
    integer("arrived_ms"),  # 0: not yet
    integer("left_ms"),
    text_column("end_reason"),  # why it was voided or refused
    text_column("changed_by"),
    integer("created_ms"),
    integer("changed_ms"),
    text_column(
        "door_codes", server_default=""
    ),  # for doors that cannot read `qr_code`, with blanks between them
    integer("uses", server_default="-1"),  # how often they may come in; -1: as often as they like
    Index("ix_visits_starts", "community_id", "starts_ms", "apply_id"),
    Index("ix_visits_state", "community_id", "state", "ends_ms"),
    Index("ix_visits_house", "house_id", "starts_ms"),
    Index("ix_visits_visitor", "visitor_identity", "ends_ms"),
    Index("ix_visits_submitter", "submitter_id", "starts_ms"),
    Index("ix_visits_ends", "ends_ms"),
)

visit_posters = Table(
    "visit_posters",
    metadata,
    Column("community_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("code"),  # the target of the printed picture; a new one voids the poster at the gate
    flag("is_open", default=1),
    integer("changed_ms"),
    Index("uq_visit_posters_code", "code", unique=True),
)
"""The registration QR of each community."""

visit_tries = Table(
    "visit_tries",
    metadata,
    text_column("key", primary_key=True),
    integer("tries"),
    integer("since_ms"),
    Index("ix_visit_tries_since", "since_ms"),
)
"""How often strangers asked for what, against abuse; see service.limits."""
