"""Open-API methods of projects and solutions (spec D 3.3); the composing function registers this module."""

from linli.domains.projects.openapi.projects import (
    create_project,
    get_default_app,
    get_project,
    query_projects,
    query_solutions,
)

__all__ = ["create_project", "get_default_app", "get_project", "query_projects", "query_solutions"]
