"""Faces follow pass scopes: a resident's face opens the doors that their key opens (spec A PM-03)."""

from collections.abc import Mapping, Sequence

from linli.delivery import queries as deliveries
from linli.delivery import service as delivery
from linli.delivery.ports import Expander
from linli.delivery.schemas import FOREVER_MS, Grant, GrantRow, Target
from linli.domains.access.queries.keys import HOME, home_target
from linli.domains.access.queries.settings import settings_of
from linli.domains.access.service.home_keys import HOME_DOORS
from linli.domains.faces.kinds import FACE, body_of
from linli.domains.faces.queries.images import consent_of
from linli.domains.faces.rows import Image
from linli.domains.faces.service import consents, images
from linli.domains.faces.service.permissions import face_devices
from linli.kernel.db import Reader, Tx
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of


class DoorsWithFaces:
    """Expander: of the doors that another expander returns, those that take faces."""

    def __init__(self, doors: Expander) -> None:
        self._doors = doors

    async def __call__(
        self, scope: Scope, db: Reader, grants: Sequence[GrantRow]
    ) -> Mapping[int, Sequence[Target]]:
        targets = dict(await self._doors(scope, db, grants))
        faces = [grant.id for grant in grants if grant.kind == FACE]
        devices = {target.device for grant_id in faces for target in targets.get(grant_id, ())}
        takes = await face_devices(scope, db, iot_ids=sorted(devices)) if devices else {}
        for grant_id in faces:
            targets[grant_id] = [target for target in targets.get(grant_id, ()) if target.device in takes]
        return targets


async def follow(scope: Scope, tx: Tx, *, image: Image, now_ms: int) -> None:
    """Update a person's grants to the communities where they live and doors have a provider."""
    if image.user_type != "IDENTITY":
        return
    grants = await deliveries.live_grants_of.all(tx, scope, source=HOME, kind=FACE, credential=image.face_id)
    wanted = set()
    if image.live:
        for community_id in await images.communities_of(scope, tx, image):
            if (await settings_of(scope, tx, community_id=community_id)).service_on:
                wanted.add(community_id)
    for row in grants:
        if row.community_id not in wanted:
            await delivery.revoke(
                scope,
                tx,
                await _wish(tx, image, row.community_id, None),
                now_ms=now_ms,
                reason="moved_out",
            )
    ends_ms = consents.window_end(image, await consent_of(tx, image_id=image.id))
    if ends_ms is not None and ends_ms <= now_ms:
        return
    for community_id in sorted(wanted):
        await delivery.grant(scope, tx, await _wish(tx, image, community_id, ends_ms), now_ms=now_ms)


async def _wish(tx: Tx, image: Image, community_id: int, ends_ms: int | None) -> Grant:
    return Grant(
        community_id=community_id,
        source=HOME,
        kind=FACE,
        subject=image.user_id,
        credential=image.face_id,
        target_type=HOME_DOORS,
        target=home_target(community_id, image.user_id),
        ends_ms=FOREVER_MS if ends_ms is None else ends_ms,
        content=body_of(image, await zone_of(tx, community_id)),
    )
