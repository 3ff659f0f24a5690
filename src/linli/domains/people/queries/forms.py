"""The form of each community for its residents."""

import msgspec
from sqlalchemy import bindparam, select

from linli.domains.people.form_rules import Field, Form, standard
from linli.domains.people.models import resident_forms
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

_form = Query(
    select(resident_forms.c.fields, resident_forms.c.review).where(
        in_scope(resident_forms), resident_forms.c.community_id == bindparam("community_id", type_=INT)
    )
)


async def form(scope: Scope, db: Reader, community_id: int) -> Form:
    """The community's form: as it was set, or the standard one."""
    row = await _form.one(db, scope, community_id=community_id)
    if row is None:
        return standard()
    fields, review = row
    return Form(msgspec.json.decode(fields, type=list[Field]), bool(review))
