"""Console: the payee account, and the queue of those who review in the provider's place. Spec A §1.3 (PM-12), B B110."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.service import uploads
from linli.domains.payments import service
from linli.domains.payments.provider import LocalProvider
from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import codes
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound, Unavailable
from linli.kernel.history import Kind
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

_URL_SECONDS = 600


class PayeeForm(msgspec.Struct, rename="camel", frozen=True):
    company_name: str
    credit_code: Annotated[str, Meta(description="统一社会信用代码, 18 characters.")]
    legal_person: str
    legal_id: Annotated[str, Meta(description="The legal person's identity number.")]
    contact_phone: Annotated[str, Meta(description="Told how the review went; signs with a code sent there.")]
    licence_upload_id: str
    id_front_upload_id: str
    id_back_upload_id: str
    unit_kind: Annotated[str, Meta(description="company, individual, institution")] = "company"


class PayeeShown(msgspec.Struct, rename="camel", frozen=True):
    state: Annotated[str, Meta(description="Empty: not applied for; submitted, refused, to_sign, active.")]
    unit_kind: str = ""
    company_name: str = ""
    credit_code: str = ""
    legal_person: str = ""
    legal_id: Annotated[str, Meta(description="Its last four characters.")] = ""
    contact_phone: str = ""
    reason: str = ""
    account_no: str = ""
    submitted_ms: int = 0
    signed_ms: int = 0
    code_seconds: int = codes.GAP_MS // 1000


class PayeeReview(msgspec.Struct, rename="camel", frozen=True):
    tenant_id: str
    unit_kind: str
    company_name: str
    credit_code: str
    legal_person: str
    legal_id: str
    contact_phone: str
    pictures: list[str]
    submitted_ms: int


class Signature(msgspec.Struct, rename="camel", frozen=True):
    code: str


class PayeeRefusal(msgspec.Struct, rename="camel", frozen=True):
    reason: str


payee_routes = Routes("/payee-account", tags=("payments",))


@payee_routes.get(right=Right.ORGANISATION_MANAGE)
async def show(scope: Scope, db: Database, secrets: Secrets) -> PayeeShown:
    """The company's account and how far its application is."""
    row = await service.payee(scope, db)
    if row is None:
        return PayeeShown("")
    number = secrets.open(row.legal_id_sealed, about=f"payee:{row.tenant_id}")
    return PayeeShown(
        state=row.state,
        unit_kind=row.unit_kind,
        company_name=row.company_name,
        credit_code=row.credit_code,
        legal_person=row.legal_person,
        legal_id="*" * 14 + number[-4:],
        contact_phone=row.contact_phone,
        reason=row.reason,
        account_no=row.account_no,
        submitted_ms=row.submitted_ms,
        signed_ms=row.signed_ms,
    )


@payee_routes.put(
    right=Right.ORGANISATION_MANAGE,
    raises=(service.PayeeChangedLately, service.PayeeUnderReview, Unavailable),
)
async def submit(
    data: PayeeForm,
    scope: Scope,
    rights: Rights,
    db: Database,
    objects: ObjectStore,
    secrets: Secrets,
    ids: Ids,
) -> None:
    """Apply for an account, or again after a refusal; everything as in the business licence."""
    form = service.Form(
        unit_kind=data.unit_kind,
        company_name=data.company_name,
        credit_code=data.credit_code,
        legal_person=data.legal_person,
        legal_id=data.legal_id,
        contact_phone=data.contact_phone,
        licence_upload_id=data.licence_upload_id,
        id_front_upload_id=data.id_front_upload_id,
        id_back_upload_id=data.id_back_upload_id,
    )
    await service.submit(
        scope,
        db,
        form=form,
        account_id=rights.account_id,
        provider=LocalProvider(ids),
        objects=objects,
        secrets=secrets,
        now_ms=db.clock.now_ms(),
    )


@payee_routes.post(
    "/sign/code", right=Right.ORGANISATION_MANAGE, raises=(codes.CodeTooSoon, service.PayeeNotToSign)
)
async def send_code(scope: Scope, rights: Rights, db: Database, secrets: Secrets, clock: Clock) -> None:
    """Have the code sent with which the contract is signed, to the phone of the application."""
    row = await service.payee(scope, db)
    if row is None or row.state != service.TO_SIGN:
        raise service.PayeeNotToSign()
    await codes.request_code(
        db,
        phone=row.contact_phone,
        asker=_asker(rights),
        secrets=secrets,
        language=scope.language,
        now_ms=clock.now_ms(),
        purpose="sign",
    )


@payee_routes.post("/sign", right=Right.ORGANISATION_MANAGE, raises=(codes.BadCode, service.PayeeNotToSign))
async def sign(
    data: Signature, scope: Scope, rights: Rights, db: Database, secrets: Secrets, ids: Ids, clock: Clock
) -> None:
    """Sign the provider's contract: the account is in use from then on."""
    row = await service.payee(scope, db)
    if row is None or row.state != service.TO_SIGN:
        raise service.PayeeNotToSign()
    now_ms = clock.now_ms()
    await codes.prove(
        db,
        phone=row.contact_phone,
        code=data.code,
        browser=_asker(rights).browser,
        secrets=secrets,
        now_ms=now_ms,
        purpose="sign",
    )
    await service.sign(scope, db, provider=LocalProvider(ids), now_ms=now_ms)


def _asker(rights: Rights) -> codes.Asker:
    """The signed-in person asks for the code; only they may use it."""
    account = f"account {rights.account_id}"
    return codes.Asker(account, "", account)


payee_review_routes = Routes("/payee-reviews", tags=("payments",))


@payee_review_routes.get(right=Right.COMMUNITIES_REVIEW)
async def waiting(db: Database, objects: ObjectStore, secrets: Secrets) -> list[PayeeReview]:
    """Applications that wait, the oldest first."""
    payee_reviews = []
    for row in await service.waiting(db):
        own = Scope.system(row.tenant_id)
        kept = [
            await uploads.find(own, db, upload_id)
            for upload_id in (row.licence_upload_id, row.id_front_upload_id, row.id_back_upload_id)
        ]
        payee_reviews.append(
            PayeeReview(
                tenant_id=row.tenant_id,
                unit_kind=row.unit_kind,
                company_name=row.company_name,
                credit_code=row.credit_code,
                legal_person=row.legal_person,
                legal_id=secrets.open(row.legal_id_sealed, about=f"payee:{row.tenant_id}"),
                contact_phone=row.contact_phone,
                pictures=[
                    objects.url(upload.object_key, expires_s=_URL_SECONDS) for upload in kept if upload
                ],
                submitted_ms=row.submitted_ms,
            )
        )
    return payee_reviews


@payee_review_routes.post(
    "/{tenant_id:str}/accept", right=Right.COMMUNITIES_REVIEW, raises=(NotFound, service.PayeeAlreadyReviewed)
)
async def accept(tenant_id: str, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Let the company sign."""
    await service.reviewed(
        scope, tx, tenant_id=tenant_id, yes=True, reason="", language=scope.language, now_ms=clock.now_ms()
    )


@payee_review_routes.post(
    "/{tenant_id:str}/refuse", right=Right.COMMUNITIES_REVIEW, raises=(NotFound, service.PayeeAlreadyReviewed)
)
async def refuse(tenant_id: str, data: PayeeRefusal, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Refuse with a reason: the company fills the form in again."""
    await service.reviewed(
        scope,
        tx,
        tenant_id=tenant_id,
        yes=False,
        reason=data.reason,
        language=scope.language,
        now_ms=clock.now_ms(),
    )


ROUTES = (payee_routes, payee_review_routes)


async def _visible(scope: Scope, db: Reader, target: str) -> None:
    if target != scope.tenant or await service.payee(scope, db) is None:
        raise NotFound(what="payee", id=target[:64])


HISTORY = (
    Kind(
        name=service.HISTORY,
        see=Right.ORGANISATION_MANAGE.value,
        manage=Right.ORGANISATION_MANAGE.value,
        visible=_visible,
    ),
)
