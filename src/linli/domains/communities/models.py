"""Tables of communities. Written by this room's services only."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects import postgresql

from linli.kernel.db import identity, integer, metadata, real, text_column

# Paths and sort keys compare byte by byte on both engines: SQLite does so anyway.
_BYTEWISE = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _bytewise(name: str) -> Column[str]:
    return Column(name, _BYTEWISE, nullable=False)


def _number(name: str) -> Column[int]:
    """A key from `Ids.number()`: known before the insert, so that thousands of rows go in at once."""
    return integer(name, primary_key=True, autoincrement=False)


pois = Table(
    "pois",
    metadata,
    text_column("poid", primary_key=True),
    text_column("name"),
    text_column("city"),
    text_column("search"),  # case-folded name, address and district, for keyword search
    text_column("city_search"),  # case-folded city, district and province
    text_column("data"),  # the map provider's object as JSON, spec B §9 V1
    Index("ix_pois_city", "city", "name"),
)
"""Points of interest of the whole installation; not of a tenant."""

communities = Table(
    "communities",
    metadata,
    identity("community_id"),
    text_column("tenant_id"),
    text_column("project_id", null=True),  # the project that applied; none when staff did
    text_column("name"),
    text_column("kind", server_default="community"),  # community or village
    text_column("city", server_default=""),
    text_column("address"),
    text_column("poid"),
    real("lng", null=True),  # GCJ-02, as the map provider gives it
    real("lat", null=True),
    text_column("service_start"),  # yyyy-MM-dd, in the community's zone
    text_column("service_end"),
    text_column("managing_body", server_default=""),  # street, property or agent
    integer("apply_status"),  # APPLY_STATUS
    text_column("reject_reason", server_default=""),
    integer("root_space_id", null=True),
    text_column("scope_id", null=True),  # projectId of the community on the wire
    text_column("time_zone", server_default="Asia/Shanghai"),
    text_column("phone", server_default=""),
    text_column("applied_by", server_default=""),
    text_column("reviewed_by", server_default=""),
    integer("reviewed_ms", server_default="0"),
    integer("created_ms"),
    integer("changed_ms"),
    text_column("body_kind", server_default=""),  # street, property, agent: what the proofs must show
    text_column("service_state", server_default="running"),  # running, suspended, stopped
    text_column("service_reason", server_default=""),
    text_column("service_note", server_default=""),
    integer("service_ms", server_default="0"),  # since when the service is not running
    Index("uq_communities_scope", "scope_id", unique=True),
    Index("ix_communities_tenant", "tenant_id", "apply_status"),
    Index("ix_communities_poid", "poid"),
    Index("ix_communities_review", "apply_status", "created_ms"),
    sqlite_autoincrement=True,
)

community_creation = Table(
    "community_creation",
    metadata,
    text_column("rule", primary_key=True),  # everywhere: the one row there is
    integer("review"),  # 1: communities are applied for and reviewed; 0: created at once
    integer("changed_ms"),
)
"""What the operator chose for the installation; empty before a choice."""

community_certificates = Table(
    "community_certificates",
    metadata,
    integer("community_id"),
    integer("position"),  # 1 to 3
    text_column("tenant_id"),
    text_column("upload_id"),
    PrimaryKeyConstraint("community_id", "position"),
)

spaces = Table(
    "spaces",
    metadata,
    _number("space_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("parent_id", null=True),  # none for the root
    text_column("kind"),  # SPACE_TYPE, or "community" for the root
    text_column("name"),
    integer("direction", null=True),  # lanes only
    integer("depth"),  # 0 for the root
    _bytewise("path"),  # ids from the root down to the space: /1/23/456/
    _bytewise("order_key"),
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_spaces_name", "parent_id", "name", unique=True),
    Index("uq_spaces_path", "path", unique=True),
    Index("ix_spaces_children", "parent_id", "kind", "order_key"),
    Index("ix_spaces_kind", "community_id", "kind", "order_key"),
    Index("ix_spaces_changed", "community_id", "kind", "changed_ms", "space_id", "tenant_id"),
)

houses = Table(
    "houses",
    metadata,
    _number("space_id"),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("layout", server_default=""),  # bedrooms/living rooms/bathrooms, as 3/2/1
    real("area_m2", null=True),
    integer("house_type", null=True),  # 1 high-rise … 7 other, A §2.2
    integer("house_status", null=True),  # 1 lived in by the owner, 2 let, 3 empty
    text_column("location"),  # names from the first level below the root down: 3幢/1单元/502
    _bytewise("location_key"),  # order keys along the same way
    Index("ix_houses_location", "community_id", "location_key"),
)
"""Facts of a space of the kind house, beside its place in the tree."""

house_assets = Table(
    "house_assets",
    metadata,
    _number("asset_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("house_id"),
    integer("type"),  # ASSET_TYPE
    text_column("name"),
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_house_assets_name", "house_id", "type", "name", unique=True),
)

uploads = Table(
    "uploads",
    metadata,
    text_column("upload_id", primary_key=True),
    text_column("tenant_id"),
    text_column("project_id", null=True),
    integer("community_id", null=True),
    text_column("biz_code"),
    text_column("tmp_key"),  # the temporary key it was made from; each key serves once
    text_column("object_key"),  # where the file lies for good
    text_column("content_type"),
    integer("size"),
    integer("width", server_default="0"),
    integer("height", server_default="0"),
    integer("created_ms"),
    Index("uq_uploads_tmp_key", "tmp_key", unique=True),
)

imports = Table(
    "imports",
    metadata,
    _number("import_id"),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("kind", server_default="houses"),  # houses (and residents), vehicles, employees
    integer("parent_id"),  # the space that the buildings stand under; else the root
    text_column("file_name"),
    text_column("object_key"),
    text_column("report_key", server_default=""),  # the workbook with every problem marked
    text_column("language", server_default="zh-CN"),
    text_column("state"),  # waiting, checked, refused, done, undone, failed
    integer("good_only", server_default="0"),
    integer("dry_run", server_default="0"),
    integer("rows", server_default="0"),
    integer("bad_rows", server_default="0"),
    text_column("outcome", server_default=""),  # counts, JSON
    text_column("problems", server_default=""),  # the first problems, JSON; the workbook holds them all
    text_column("fault_groups", server_default=""),  # the problems by kind, with what can be answered, JSON
    text_column("answers", server_default=""),  # what was answered to them, JSON
    text_column("mends", server_default=""),  # what was mended, by kind, with examples, JSON
    text_column("changes", server_default=""),  # of a trial: the first changes of persons, JSON
    text_column("reason", server_default=""),
    text_column("created_by"),
    integer("created_ms"),
    integer("finished_ms", server_default="0"),
    Index("ix_imports_community", "community_id", "kind", "created_ms"),
)

import_changes = Table(
    "import_changes",
    metadata,
    integer("import_id"),
    integer("position"),
    text_column("tenant_id"),
    text_column("kind"),  # space, house, person, member, tie, facts; vehicle, employee, …
    integer("row_id"),
    integer("other_id", server_default="0"),  # the person of a member; of facts, the change in the history
    text_column(
        "before", server_default=""
    ),  # JSON of an update's old and new values; empty for created rows
    PrimaryKeyConstraint("import_id", "position"),
)
"""Rows that an import created and changed, so that it can be undone."""

community_log = Table(
    "community_log",
    metadata,
    _number("entry_no"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("at_ms"),
    text_column("by"),  # "<kind>:<id>" of the caller, or the reviewer's account
    text_column("action"),
    text_column("detail", server_default=""),
    Index("ix_community_log_community", "community_id", "entry_no"),
)
"""The history of a claim and of the service. Rows are only added."""

poi_requests = Table(
    "poi_requests",
    metadata,
    _number("request_id"),
    text_column("tenant_id"),
    text_column("kind"),  # community or village
    text_column("name"),
    text_column("city"),
    text_column("address"),
    real("lng", null=True),
    real("lat", null=True),
    text_column("words", server_default=""),
    text_column("asked_by"),
    text_column("state"),  # waiting, added, refused
    text_column("reason", server_default=""),
    text_column("poid", server_default=""),
    integer("decided_ms", server_default="0"),
    integer("created_ms"),
    Index("ix_poi_requests_tenant", "tenant_id", "request_id"),
    Index("ix_poi_requests_state", "state", "request_id"),
)
"""Requests for places missing in the catalogue."""

resident_pages = Table(
    "resident_pages",
    metadata,
    integer("community_id", primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("name"),
    text_column("logo_upload_id"),
    text_column("owner_name"),  # who answers for its operation
    text_column("owner_phone"),
    text_column("state"),  # waiting, approved, refused
    text_column("reason", server_default=""),
    integer("decided_ms", server_default="0"),
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_resident_pages_name", "name", unique=True),
    Index("ix_resident_pages_state", "state", "changed_ms"),
)
"""The community's own pages for residents, in the place of a mini-program."""

service_warnings = Table(
    "service_warnings",
    metadata,
    integer("community_id"),
    text_column("service_end"),  # a later end gets new warnings
    integer("days"),  # of running.WARNINGS
    text_column("tenant_id"),
    integer("at_ms"),
    PrimaryKeyConstraint("community_id", "service_end", "days"),
)
"""The sent warnings of a community's end of service."""
