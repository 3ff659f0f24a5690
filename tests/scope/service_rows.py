"""Models and providers of the service bus of a lot."""

import json

from linli.app.platform import Platform
from linli.servicebus.service import ProviderForm, save_model, save_provider
from tests.scope.town import Lot


def document(model_id: str) -> str:
    return json.dumps({"id": model_id, "version": "1.0", "methods": [{"name": "read", "version": "1.0"}]})


async def add_services(platform: Platform, lot: Lot) -> None:
    owner = lot.project.owner
    async with platform.db.begin() as tx:
        lot.service_model = await save_model(owner, tx, document=document(f"model_{lot.name}"))
        lot.spare_service_model = await save_model(owner, tx, document=document(f"spare_{lot.name}"))
        for name in ("service_provider", "spare_service_provider"):
            number = await save_provider(
                owner,
                tx,
                ProviderForm(
                    model_id=f"model_{lot.name}",
                    name=name,
                    kind="edge",
                    iot_id=lot.device,
                    project_id=lot.project_id,
                ),
                provider_no=None,
                known_models=frozenset({f"model_{lot.name}"}),
            )
            setattr(lot, name, number)
