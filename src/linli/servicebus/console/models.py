"""Service models: those of the platform and the tenant's own."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.servicebus import documents
from linli.servicebus.bus import ServiceBus
from linli.servicebus.documents import Field, ServiceModel
from linli.servicebus.queries import list_models, list_providers
from linli.servicebus.service import delete_model, save_model


class ModelSummary(msgspec.Struct, rename="camel", frozen=True):
    model_no: int | None
    """Null for a model of the platform, which nobody can change."""
    id: str
    version: str
    title: str
    methods: int
    providers: int
    """Providers of the tenant that serve it."""


class MethodView(msgspec.Struct, rename="camel", frozen=True):
    name: str
    version: str
    title: str
    path: str
    input: list[Field]
    output: Field | None


class ModelDetail(ModelSummary, rename="camel", frozen=True):
    method_list: list[MethodView]
    document: str
    """The model's JSON, to copy, change and bring back."""


class DocumentGiven(msgspec.Struct, rename="camel"):
    document: str


class ModelSaved(msgspec.Struct, rename="camel", frozen=True):
    model_no: int


class ServiceModelRoutes(Controller):
    path = "/service-models"
    tags = ("service bus",)

    @get("/", right="integrations.manage")
    async def list_all(
        self, within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[ModelSummary]:
        """Models of the platform first, then the tenant's own."""
        served = [provider.model_id for provider in await list_providers(within, db)]
        found = [_summary(model, None, served, within.language) for model in documents.built_in().values()]
        for row in await list_models(within, db):
            model = documents.read(row.document)
            found.append(_summary(model, row.model_no, served, within.language))
        return found

    @get("/one", right="integrations.manage")
    async def show(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        service_bus: NamedDependency[ServiceBus],
        model_id: Annotated[str, QueryParameter(name="id")],
        version: Annotated[str, QueryParameter()] = "",
    ) -> ModelDetail:
        """One model with its methods and their fields."""
        model = await service_bus.model(within.tenant, model_id, version or None)
        if model is None:
            raise NotFound(what="serviceModel", id=model_id)
        served = [provider.model_id for provider in await list_providers(within, db)]
        rows = await list_models(within, db)
        number = next(
            (r.model_no for r in rows if (r.model_id, r.version) == (model.id, model.version)), None
        )
        language = within.language
        return ModelDetail(
            **msgspec.structs.asdict(_summary(model, number, served, language)),
            method_list=[
                MethodView(
                    method.name,
                    method.version,
                    (method.title_en if language == "en" else method.title) or method.title or method.name,
                    f"/{model.id}/{method.name}",
                    list(method.input),
                    method.output,
                )
                for method in model.methods
            ],
            document=msgspec.json.format(msgspec.json.encode(model), indent=2).decode(),
        )

    @post("/", right="integrations.manage")
    async def save(
        self, within: NamedDependency[Scope], db: NamedDependency[Database], data: JSONBody[DocumentGiven]
    ) -> ModelSaved:
        """Bring a model, or a new text of one: same id and version."""
        async with db.begin() as tx:
            return ModelSaved(await save_model(within, tx, document=data.document))

    @delete("/{model_no:int}", right="integrations.manage")
    async def remove(
        self, within: NamedDependency[Scope], db: NamedDependency[Database], model_no: FromPath[int]
    ) -> None:
        """Remove an own model that nobody serves."""
        async with db.begin() as tx:
            await delete_model(within, tx, model_no=model_no, providers=await list_providers(within, tx))


def _summary(model: ServiceModel, model_no: int | None, served: list[str], language: str) -> ModelSummary:
    return ModelSummary(
        model_no, model.id, model.version, model.titled(language), len(model.methods), served.count(model.id)
    )
