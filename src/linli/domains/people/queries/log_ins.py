"""Conditions on what log-ins opened, for rooms that keep something of an account: a session, a subscription."""

from typing import Any

from sqlalchemy import ColumnElement, select

from linli.domains.people.models import accounts


def opened_by(account_id: Any, generation: Any) -> ColumnElement[bool]:
    """The log-in is there, and nothing has ended what was opened in this generation of it."""
    a = accounts.alias("opener")
    return (
        select(a.c.id).where(a.c.id == account_id, a.c.generation == generation).correlate_except(a).exists()
    )


def may_act(account_id: Any) -> ColumnElement[bool]:
    """The log-in's owner need not set a password of their own first."""
    a = accounts.alias("actor")
    return select(a.c.id).where(a.c.id == account_id, a.c.must_change == 0).correlate_except(a).exists()
