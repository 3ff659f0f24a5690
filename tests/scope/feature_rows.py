"""A script, a shadow, desired values and a switched log of a lot."""

from linli.app.platform import Platform
from linli.things.desired.service import set_desired
from linli.things.device_logs.service import switch_logs
from linli.things.scripts.service import publish_draft, save_draft
from linli.things.shadow.service import set_wanted
from tests.scope.town import Lot

WANTED = "RSAPublicKey"
SCRIPT = "function rawDataToProtocol(b) { return {} } function protocolToRawData(m) { return [] }"


async def add_features(platform: Platform, lot: Lot) -> None:
    owner = lot.project.owner
    async with platform.db.begin() as tx:
        await set_desired(owner, tx, iot_id=lot.spare_door, values={WANTED: "x"})
        await set_wanted(owner, tx, iot_id=lot.door, desired={"mode": lot.name}, version=1)
        await switch_logs(owner, tx, iot_id=lot.door, on=True)
        key = lot.product
        await save_draft(owner, tx, product_key=key, source=SCRIPT, draft_version=0)
        await publish_draft(owner, tx, product_key=key, draft_version=1)
