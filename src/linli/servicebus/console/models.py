"""Service models: those of the platform and the tenant's own."""

import msgspec

from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.servicebus import documents
from linli.servicebus.bus import ServiceBus
from linli.servicebus.documents import Field, ServiceModel
from linli.servicebus.queries import list_models, list_providers
from linli.servicebus.service import ModelServed, ModelTaken, delete_model, save_model


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


class WhichModel(Filter, frozen=True):
    """A model by its id; without a version the newest."""

    model_id: str = msgspec.field(name="id")
    version: str = ""


service_model_routes = Routes("/service-models", tags=("service bus",))


@service_model_routes.get(right="integrations.manage")
async def list_all(scope: Scope, db: Database) -> list[ModelSummary]:
    """Models of the platform first, then the tenant's own."""
    served = [provider.model_id for provider in await list_providers(scope, db)]
    model_summaries = [
        _summary(model, None, served, scope.language) for model in documents.built_in().values()
    ]
    for row in await list_models(scope, db):
        model = documents.read(row.document)
        model_summaries.append(_summary(model, row.model_no, served, scope.language))
    return model_summaries


@service_model_routes.get("/one", right="integrations.manage", raises=(NotFound,))
async def show(scope: Scope, db: Database, service_bus: ServiceBus, which: WhichModel) -> ModelDetail:
    """One model with its methods and their fields."""
    model = await service_bus.model(scope.tenant, which.model_id, which.version or None)
    if model is None:
        raise NotFound(what="serviceModel", id=which.model_id)
    served = [provider.model_id for provider in await list_providers(scope, db)]
    rows = await list_models(scope, db)
    number = next((r.model_no for r in rows if (r.model_id, r.version) == (model.id, model.version)), None)
    language = scope.language
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


@service_model_routes.post(right="integrations.manage", raises=(ModelTaken,))
async def save(scope: Scope, tx: Tx, data: DocumentGiven) -> ModelSaved:
    """Bring a model, or a new text of one: same id and version."""
    return ModelSaved(await save_model(scope, tx, document=data.document))


@service_model_routes.delete("/{model_no:int}", right="integrations.manage", raises=(NotFound, ModelServed))
async def remove(scope: Scope, tx: Tx, model_no: int) -> None:
    """Remove an own model that nobody serves."""
    await delete_model(scope, tx, model_no=model_no, providers=await list_providers(scope, tx))


def _summary(model: ServiceModel, model_no: int | None, served: list[str], language: str) -> ModelSummary:
    return ModelSummary(
        model_no, model.id, model.version, model.titled(language), len(model.methods), served.count(model.id)
    )
