"""Console: what a community asks of its residents (展示配置, 自定义字段), and its review switch (审批配置)."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from linli.domains.communities.console.spaces import root_of
from linli.domains.people.form_rules import LOCKED, Choice, Custom, Field, Form
from linli.domains.people.queries import forms as queries
from linli.domains.people.rights import Right
from linli.domains.people.service import forms
from linli.kernel.clock import Clock
from linli.kernel.db import Database
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


class ResidentFieldRoutes(Controller):
    path = "/communities/{community_id:int}/resident-fields"
    tags = ("people",)

    @get("/", right=Right.RESIDENTS_SEE.value)
    async def shape(
        self, community_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> ResidentFormShape:
        """The fields of the resident form, in order."""
        await root_of(within, db, community_id)
        return ResidentFormShape.of(await queries.form(within, db, community_id))

    @put("/", right=Right.RESIDENTS_MANAGE.value)
    async def arrange(
        self,
        community_id: FromPath[int],
        data: JSONBody[FormArrangement],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> ResidentFormShape:
        """Show, require and order the fields."""
        await root_of(within, db, community_id)
        fields = [Field(one.name, one.visible, one.required, one.main) for one in data.fields]
        async with db.begin() as tx:
            form = await forms.arrange(
                within, tx, community_id=community_id, fields=fields, now_ms=clock.now_ms()
            )
        return ResidentFormShape.of(form)

    @put("/review", right=Right.RESIDENTS_MANAGE.value)
    async def review(
        self,
        community_id: FromPath[int],
        data: JSONBody[ReviewSwitch],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> ResidentFormShape:
        """Whether residents who register themselves wait for the property."""
        await root_of(within, db, community_id)
        async with db.begin() as tx:
            form = await forms.set_review(
                within, tx, community_id=community_id, review=data.needs_review, now_ms=clock.now_ms()
            )
        return ResidentFormShape.of(form)

    @post("/custom", right=Right.RESIDENTS_MANAGE.value, status_code=201)
    async def add_custom(
        self,
        community_id: FromPath[int],
        data: JSONBody[NewCustomField],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> ResidentFormShape:
        """A field of the community's own: last, and hidden until it is shown."""
        await root_of(within, db, community_id)
        async with db.begin() as tx:
            form = await forms.add_custom(
                within,
                tx,
                community_id=community_id,
                name=data.en_name,
                custom=data.custom(),
                now_ms=clock.now_ms(),
            )
        return ResidentFormShape.of(form)

    @put("/custom/{name:str}", right=Right.RESIDENTS_MANAGE.value)
    async def change_custom(
        self,
        community_id: FromPath[int],
        name: FromPath[str],
        data: JSONBody[CustomField],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> ResidentFormShape:
        """Change what a field of the community's own takes."""
        await root_of(within, db, community_id)
        async with db.begin() as tx:
            form = await forms.change_custom(
                within, tx, community_id=community_id, name=name, custom=data.custom(), now_ms=clock.now_ms()
            )
        return ResidentFormShape.of(form)

    @delete("/custom/{name:str}", right=Right.RESIDENTS_MANAGE.value, status_code=200)
    async def remove_custom(
        self,
        community_id: FromPath[int],
        name: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> ResidentFormShape:
        """Ask for it no more; what was said stays with the residents."""
        await root_of(within, db, community_id)
        async with db.begin() as tx:
            form = await forms.remove_custom(
                within, tx, community_id=community_id, name=name, now_ms=clock.now_ms()
            )
        return ResidentFormShape.of(form)
