"""Staff: their places of work and their rights."""

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from linli.domains.people.models.keys import number
from linli.kernel.db import flag, integer, metadata, text_column

employees = Table(
    "employees",
    metadata,
    integer("community_id"),
    integer("person_id"),
    text_column("tenant_id"),
    integer("created_ms"),
    integer("changed_ms"),
    PrimaryKeyConstraint("community_id", "person_id"),
    Index("ix_employees_person", "person_id"),
    Index("ix_employees_created", "community_id", "created_ms"),
)
"""The employees of a community's property (spec B §3.11)."""

departments = Table(
    "departments",
    metadata,
    number("department_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("parent_id", null=True),  # null right under the company
    text_column("name"),
    text_column("description", server_default=""),
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_departments_parent", "community_id", "parent_id", "created_ms"),
)

department_members = Table(
    "department_members",
    metadata,
    integer("department_id"),
    integer("person_id"),
    text_column("tenant_id"),
    integer("community_id"),
    integer("created_ms"),
    PrimaryKeyConstraint("department_id", "person_id"),
    Index("ix_department_members_person", "person_id", "community_id"),
)

community_rights = Table(
    "community_rights",
    metadata,
    integer("community_id"),
    integer("person_id"),
    text_column("function"),  # a code of rights_tree, or the projectId of an integrator's app
    text_column("level"),  # use or manage
    text_column("tenant_id"),
    integer("given_by"),
    integer("created_ms"),
    PrimaryKeyConstraint("community_id", "person_id", "function", "level"),
    Index("ix_community_rights_person", "person_id"),
)
"""Permission management (权限管理, spec A §2.4): person × function × level, in one community."""

staff = Table(
    "staff",
    metadata,
    text_column("tenant_id"),
    integer("account_id"),
    text_column("name"),  # as this company calls the person
    flag("disabled"),  # in this company only; a log-in is of the installation
    integer("added_by"),
    integer("created_ms"),
    PrimaryKeyConstraint("tenant_id", "account_id"),
    Index("ix_staff_account", "account_id"),
)
"""The persons of a company (人员名单). Holders of built-in roles belong to it without a row too."""

company_roles = Table(
    "company_roles",
    metadata,
    number("role_id"),
    text_column("tenant_id"),
    text_column("name"),
    text_column("description", server_default=""),
    text_column("rights"),  # JSON list of Right
    integer("created_ms"),
    integer("changed_ms"),
    Index("uq_company_roles_name", "tenant_id", "name", unique=True),
)
"""Roles that a company makes itself (角色管理); the built-in ones are in `account_roles`."""

company_role_holders = Table(
    "company_role_holders",
    metadata,
    integer("account_id"),
    integer("role_id"),
    text_column("tenant_id"),
    integer("given_by"),
    integer("created_ms"),
    PrimaryKeyConstraint("account_id", "role_id"),
    Index("ix_company_role_holders_role", "role_id"),
)

staff_rights = Table(
    "staff_rights",
    metadata,
    integer("account_id"),
    text_column("tenant_id"),
    text_column("right"),
    integer("given_by"),
    integer("created_ms"),
    PrimaryKeyConstraint("account_id", "tenant_id", "right"),
)
"""Rights given to one person beside their roles."""

project_group_members = Table(
    "project_group_members",
    metadata,
    text_column("project_id"),
    integer("account_id"),
    text_column("tenant_id"),
    integer("added_by"),
    integer("created_ms"),
    PrimaryKeyConstraint("project_id", "account_id"),
    Index("ix_project_group_members_account", "account_id"),
)
"""The members of the default person group (人员分组, 默认) of a project. The group is there as long as the project."""

staff_log = Table(
    "staff_log",
    metadata,
    number("entry_no"),
    text_column("tenant_id"),
    integer("at_ms"),
    integer("by_account"),
    text_column("by_name"),
    text_column("action"),
    integer("account_id", null=True),
    text_column("account_name", server_default=""),
    text_column("detail", server_default=""),
    Index("ix_staff_log_tenant", "tenant_id", "entry_no"),
    Index("ix_staff_log_account", "tenant_id", "account_id", "entry_no"),
)
"""Rights given and taken: author, right and person, with their names at that time. Rows are only added."""
