"""A person's face, saved by the person or by staff: check, save, show, withdraw."""

from dataclasses import dataclass, replace

import msgspec

from linli.domains.access.service import staff_persons
from linli.domains.faces.errors import FacesOff, NoHints, refusal
from linli.domains.faces.queries import images as queries
from linli.domains.faces.queries.person_face import face_of
from linli.domains.faces.schemas import (
    ConsentOut,
    ConsentText,
    FaceDoor,
    FaceLook,
    FaceOut,
    FaceSave,
    consent_text,
)
from linli.domains.faces.service import consents, erasures, images, proofs, staff
from linli.domains.faces.service.consents import TEXT_VERSION, Attest, How
from linli.domains.faces.service.images import ImageWish
from linli.domains.faces.service.inspection import look
from linli.domains.faces.service.permissions import doors_named
from linli.domains.faces.service.pictures import from_base64
from linli.domains.faces.service.users import IDENTITY, User
from linli.domains.people.queries import persons as people
from linli.kernel import i18n
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.vision.engine import Engine
from linli.vision.looks import Look

URL_SECONDS = 300


async def tell(
    scope: Scope, db: Reader, objects: ObjectStore, *, identity_id: str, text: ConsentText = "resident"
) -> FaceOut:
    """A person's face and its delivery in the scope's communities. The caller may see the person."""
    mine = await face_of(scope, db, identity_id=identity_id)
    names = await doors_named(scope, db, [row.device for row in mine.rows])
    doors = [
        FaceDoor(
            row.device,
            names.get(row.device, row.device),
            row.status,
            reason_text(row.reason, row.detail, scope.language),
            row.changed_ms,
        )
        for row in mine.rows
        if not (row.deleting and row.status == "transferDeleted")
    ]
    image, consent = mine.image, mine.consent
    consent_row = consent and ConsentOut(
        consent.how, consent.text_version, consent.given_ms, consent.expires_ms
    )
    return FaceOut(
        present=image is not None,
        picture_url=objects.url(image.object_key, expires_s=URL_SECONDS) if image else None,
        denied=image is not None and image.policy == "DENY",
        expires_ms=image.expires_ms if image else None,
        consent=consent_row,
        doors=doors,
        text_version=TEXT_VERSION,
        text=consent_text(scope.language, text),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Parts of the process that saving a picture needs."""

    db: Database
    objects: ObjectStore
    engine: Engine
    ids: Ids


async def save(
    scope: Scope, room: Room, *, identity_id: str, community_id: int, data: FaceSave, how: How, now_ms: int
) -> None:
    """Save a resident's picture, with the consent just given, or signed on paper.

    Where the engine runs, the picture must be good enough for recognition.
    Raises BadInput, FaceRefused, FacesBusy, NotFound.
    """
    person = await people.person(scope, room.db, identity_id)
    user = User("", IDENTITY, identity_id, identity_id, person.name)
    wish = ImageWish(
        source="resident" if how == "in_app" else "console",
        community_id=community_id,
        mobile=person.phone or "",
    )
    await _keep(scope, room, user=user, wish=wish, data=data, how=how, now_ms=now_ms)


async def save_staff(
    scope: Scope, room: Room, *, account_id: int, name: str, community_id: int, data: FaceSave, now_ms: int
) -> None:
    """Save the picture of an employee with the door right; every door of the community gets it.

    The caller has checked the right. Raises as `save`.
    """
    identity_id = await room.db.run(
        lambda tx: staff_persons.staff_person(scope, tx, account_id=account_id, name=name, now_ms=now_ms)
    )
    user = User("", IDENTITY, identity_id, identity_id, name)
    wish = ImageWish(source="staff", community_id=community_id)
    await _keep(
        scope, room, user=user, wish=wish, data=data, how="in_app", now_ms=now_ms, account_id=account_id
    )


async def _keep(
    scope: Scope,
    room: Room,
    *,
    user: User,
    wish: ImageWish,
    data: FaceSave,
    how: How,
    now_ms: int,
    account_id: int | None = None,
) -> None:
    if not data.agreed:
        raise BadInput(field="agreed", rule="consent")
    if data.text_version != TEXT_VERSION:
        raise BadInput(field="textVersion", rule="consent_text")
    attest = Attest(how=how, expires_ms=data.expires_ms, guardian=data.guardian.strip())
    consents.check(attest, now_ms=now_ms)
    picture = from_base64(data.picture, field="picture")
    proof = proofs.checked(data.proof, field="proof") if data.proof else None
    seen = await hints(room.engine, picture.content)
    if seen is not None and (refused := refusal(seen, field="picture")):
        raise refused
    key = await images.store(scope, room.objects, picture, room.ids)
    if proof is not None:
        attest = replace(attest, proof_key=await proofs.store(scope, room.objects, proof, room.ids))

    async def work(tx: Tx) -> None:
        image = await images.save_image(
            scope,
            tx,
            user=user,
            wish=wish,
            stored=images.StoredPicture(object_key=key, picture=picture, look=seen),
            attest=attest,
            ids=room.ids,
            now_ms=now_ms,
        )
        if account_id is not None:
            await staff.join(tx, image=image, account_id=account_id, now_ms=now_ms)

    await room.db.run(work)


async def hints(engine: Engine, picture: bytes) -> Look | None:
    """The engine's look; None without models. Raises BadInput, FacesBusy."""
    try:
        return await look(engine, picture, field="picture")
    except FacesOff:
        return None


async def looked_at(engine: Engine, picture: str, language: str) -> FaceLook:
    """Faults of a picture (Base64) before it is saved. Raises BadInput, FacesBusy, NoHints."""
    seen = await hints(engine, from_base64(picture, field="picture").content)
    if seen is None:
        raise NoHints()
    return FaceLook(seen.good, words(seen, language))


def words(seen: Look, language: str) -> list[str]:
    """Advice in words, one line for each reason."""
    texts = []
    for reason in seen.reasons:
        alone = refusal(msgspec.structs.replace(seen, reasons=[reason]), field="picture")
        if alone is not None:
            texts.append(i18n.text(f"faces.hint.{alone.facts['rule']}", language))
    return list(dict.fromkeys(texts))


async def withdraw(scope: Scope, db: Database, *, identity_id: str, reason: str, now_ms: int) -> None:
    """Withdraw the face everywhere. Raises NotFound if there is none."""

    async def work(tx: Tx) -> None:
        image = await queries.image_of_user(scope, tx, owner="", user_type=IDENTITY, user_id=identity_id)
        if image is None or not image.live:
            raise NotFound(what="facePicture", id=identity_id)
        await erasures.erase(scope, tx, image=image, reason=reason, now_ms=now_ms)

    await db.run(work)


def reason_text(reason: str, detail: str, language: str) -> str:
    """A delivery's reason in words; for an unknown one, the device's own words."""
    if not reason:
        return ""
    key = f"delivery.reason.{reason}"
    text = i18n.text(key, language, detail=detail)
    return detail or reason if text == key else text
