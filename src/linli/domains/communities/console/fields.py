"""Console: a community's form for its residents (展示配置, 自定义字段), and its review switch (审批配置)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.communities.console.spaces import root_of
from linli.domains.people.form_rules import LOCKED, Choice, Custom, Field, Form
from linli.domains.people.queries import forms as queries
from linli.domains.people.rights import Right
from linli.domains.people.service import forms
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.scope import Scope


class FormField(msgspec.Struct, rename="camel", frozen=True):
    name: Annotated[str, Meta(description="name, type, phone; sex, id_no …; or the key of a custom field.")]
    visible: bool
    required: bool
    main: Annotated[bool, Meta(description="Shown at once (主数据), or under more information (扩展数据).")]
    locked: bool
    custom: Custom | None


class ResidentFormShape(msgspec.Struct, rename="camel", frozen=True):
    fields: list[FormField]
    """In the order shown."""
    needs_review: Annotated[
        bool, Meta(description="Residents who register themselves wait for the property.")
    ]

    @staticmethod
    def of(form: Form) -> "ResidentFormShape":
        locked = [FormField(name, True, True, True, True, None) for name in LOCKED]
        rest = [FormField(f.name, f.visible, f.required, f.main, False, f.custom) for f in form.fields]
        return ResidentFormShape([*locked, *rest], form.review)


class FieldChoice(msgspec.Struct, rename="camel", frozen=True):
    name: str
    visible: bool
    required: bool
    main: bool


class FormArrangement(msgspec.Struct, rename="camel", frozen=True):
    fields: Annotated[
        list[FieldChoice], Meta(description="In order, without the locked ones; those not named follow.")
    ]


class CustomField(msgspec.Struct, rename="camel", frozen=True):
    cn_name: Annotated[str, Meta(description="What people read.")]
    type: Literal["string", "enum"]
    max_length: int = 0
    choices: list[Choice] = []

    def custom(self) -> Custom:
        return Custom(self.cn_name, self.type, self.max_length, self.choices)


class NewCustomField(CustomField, rename="camel", frozen=True, kw_only=True):
    en_name: Annotated[str, Meta(description="The key under which values are kept; it stays.")]


class ReviewSwitch(msgspec.Struct, rename="camel", frozen=True):
    needs_review: bool


resident_field_routes = Routes("/communities/{community_id:int}/resident-fields", tags=("people",))


@resident_field_routes.get(right=Right.RESIDENTS_SEE)
async def shape(community_id: int, scope: Scope, db: Database) -> ResidentFormShape:
    """The fields of the resident form, in order."""
    await root_of(scope, db, community_id)
    return ResidentFormShape.of(await queries.form(scope, db, community_id))


@resident_field_routes.put(right=Right.RESIDENTS_MANAGE)
async def arrange(
    community_id: int, data: FormArrangement, scope: Scope, tx: Tx, clock: Clock
) -> ResidentFormShape:
    """Show, require and order the fields."""
    await root_of(scope, tx, community_id)
    fields = [Field(field.name, field.visible, field.required, field.main) for field in data.fields]
    form = await forms.arrange(scope, tx, community_id=community_id, fields=fields, now_ms=clock.now_ms())
    return ResidentFormShape.of(form)


@resident_field_routes.put("/review", right=Right.RESIDENTS_MANAGE)
async def review(
    community_id: int, data: ReviewSwitch, scope: Scope, tx: Tx, clock: Clock
) -> ResidentFormShape:
    """Whether residents who register themselves wait for the property."""
    await root_of(scope, tx, community_id)
    form = await forms.set_review(
        scope, tx, community_id=community_id, review=data.needs_review, now_ms=clock.now_ms()
    )
    return ResidentFormShape.of(form)


@resident_field_routes.post("/custom", right=Right.RESIDENTS_MANAGE)
async def add_custom(
    community_id: int, data: NewCustomField, scope: Scope, tx: Tx, clock: Clock
) -> ResidentFormShape:
    """A field of the community's own: last, and hidden until it is shown."""
    await root_of(scope, tx, community_id)
    form = await forms.add_custom(
        scope, tx, community_id=community_id, name=data.en_name, custom=data.custom(), now_ms=clock.now_ms()
    )
    return ResidentFormShape.of(form)


@resident_field_routes.put("/custom/{name:str}", right=Right.RESIDENTS_MANAGE)
async def change_custom(
    community_id: int, name: str, data: CustomField, scope: Scope, tx: Tx, clock: Clock
) -> ResidentFormShape:
    """Change what a field of the community's own takes."""
    await root_of(scope, tx, community_id)
    form = await forms.change_custom(
        scope, tx, community_id=community_id, name=name, custom=data.custom(), now_ms=clock.now_ms()
    )
    return ResidentFormShape.of(form)


@resident_field_routes.delete("/custom/{name:str}", right=Right.RESIDENTS_MANAGE)
async def remove_custom(
    community_id: int, name: str, scope: Scope, tx: Tx, clock: Clock
) -> ResidentFormShape:
    """Remove the field from the form; values that residents gave stay."""
    await root_of(scope, tx, community_id)
    form = await forms.remove_custom(scope, tx, community_id=community_id, name=name, now_ms=clock.now_ms())
    return ResidentFormShape.of(form)
