"""One person's face: its picture, consent, and state of delivery."""

from typing import NamedTuple

from linli.delivery import queries as deliveries
from linli.delivery.schemas import DesiredFilter, DesiredRow
from linli.domains.faces.kinds import FACE
from linli.domains.faces.queries import images as queries
from linli.domains.faces.rows import Consent, Image
from linli.kernel.db import Reader
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

MOST_DOORS = 200


class Mine(NamedTuple):
    image: Image | None
    """None: no picture."""
    consent: Consent | None
    rows: list[DesiredRow]


async def face_of(scope: Scope, db: Reader, *, identity_id: str) -> Mine:
    """A person's face, with rows of the scope's communities. The caller has checked the right to see the person."""
    image = await queries.image_of_user(scope, db, owner="", user_type="IDENTITY", user_id=identity_id)
    if image is None or not image.live:
        return Mine(None, None, [])
    consent = await queries.consent_of(db, image_id=image.id)
    wanted = DesiredFilter(credential=image.face_id, kinds=(FACE,))
    page = await deliveries.list_rows(scope, db, wanted=wanted, page=PageRequest(1, MOST_DOORS))
    return Mine(image, consent, page.data)
