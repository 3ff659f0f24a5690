"""The payee account: application, review, signature. Spec A §1.3 (PM-12), B B110.

submitted → refused → submitted …, or submitted → to_sign → active. The provider is called before the transaction;
its decision comes in by `reviewed`.
"""

from typing import Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, select, update

from linli.domains.communities.service import uploads
from linli.domains.payments import credit_code as papers
from linli.domains.payments.models import payee_accounts
from linli.domains.payments.provider import Applicant, PaymentProvider
from linli.domains.people.person_rules import clean_phone, is_phone
from linli.domains.people.service import messages
from linli.kernel import history
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

SUBMITTED, REFUSED, TO_SIGN, ACTIVE = "submitted", "refused", "to_sign", "active"
UNIT_KINDS: Final = ("company", "individual", "institution")
HISTORY: Final = "payee_account"
"""Kind of these records in the history; the target is the company."""
CHANGE_AFTER_MS: Final = 30 * 86_400_000
"""Least time between two changes of an account in use."""
_URL_SECONDS: Final = 3600


class PayeeUnderReview(Conflict):
    code = "payee.under_review"


class PayeeChangedLately(Conflict):
    code = "payee.changed_lately"


class PayeeNotToSign(Conflict):
    """No contract waits for a signature."""

    code = "payee.not_to_sign"


class PayeeMissing(Conflict):
    """A payee account must be set up first."""

    code = "payee.missing"


class PayeeAlreadyReviewed(Conflict):
    code = "payee.already_reviewed"


class Payee(NamedTuple):
    """A row of `payee_accounts`, in the order of the columns."""

    tenant_id: str
    unit_kind: str
    company_name: str
    credit_code: str
    legal_person: str
    legal_id_sealed: str
    contact_phone: str
    licence_upload_id: str
    id_front_upload_id: str
    id_back_upload_id: str
    provider: str
    provider_ref: str
    state: str
    reason: str
    account_no: str
    submitted_by: int
    submitted_ms: int
    reviewed_ms: int
    signed_ms: int


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The application, as in the business licence."""

    unit_kind: str
    company_name: str
    credit_code: str
    legal_person: str
    legal_id: str
    contact_phone: str
    licence_upload_id: str
    id_front_upload_id: str
    id_back_upload_id: str


_PICTURES: Final = {
    "licence_upload_id": "licenceUploadId",
    "id_front_upload_id": "idFrontUploadId",
    "id_back_upload_id": "idBackUploadId",
}
_own = Query(select(payee_accounts).where(in_scope(payee_accounts)), Payee)
_waiting = Query(
    select(payee_accounts)
    .where(payee_accounts.c.state == SUBMITTED)
    .order_by(payee_accounts.c.submitted_ms)
    .limit(200),
    Payee,
    unscoped="the provider's reviewers see those of every tenant",
)
_review = Command(
    update(payee_accounts)
    .where(payee_accounts.c.tenant_id == bindparam("tenant"), payee_accounts.c.state == SUBMITTED)
    .values(state=bindparam("to"), reason=bindparam("why"), reviewed_ms=bindparam("now", type_=INT)),
    unscoped="the tenant is a condition of its own",
)
_signed = Command(
    update(payee_accounts)
    .where(in_scope(payee_accounts), payee_accounts.c.state == TO_SIGN)
    .values(state=ACTIVE, account_no=bindparam("number"), signed_ms=bindparam("now", type_=INT))
)


async def payee(scope: Scope, db: Reader) -> Payee | None:
    """The company's account, whatever its state."""
    return await _own.one(db, scope)


async def waiting(db: Reader) -> list[Payee]:
    """Applications that wait for a review, oldest first."""
    return await _waiting.all(db)


async def submit(
    scope: Scope,
    db: Database,
    *,
    form: Form,
    account_id: int,
    provider: PaymentProvider,
    objects: ObjectStore,
    secrets: Secrets,
    now_ms: int,
) -> None:
    """Submit an application, the first or another. Raises BadInput, PayeeUnderReview, PayeeChangedLately, Unavailable."""
    checked = _checked(form)
    _may_submit(await payee(scope, db), now_ms)
    pictures = {}
    for field, wire in _PICTURES.items():
        upload = await uploads.find(scope, db, getattr(checked, field))
        if upload is None:
            raise BadInput(field=wire, rule="unknown")
        pictures[field.removesuffix("_upload_id")] = objects.url(upload.object_key, expires_s=_URL_SECONDS)
    reference = await provider.submit(
        Applicant(
            tenant_id=scope.tenant,
            unit_kind=checked.unit_kind,
            company_name=checked.company_name,
            credit_code=checked.credit_code,
            legal_person=checked.legal_person,
            legal_id=checked.legal_id,
            contact_phone=checked.contact_phone,
            pictures=pictures,
        )
    )
    row = Payee(
        tenant_id=scope.tenant,
        unit_kind=checked.unit_kind,
        company_name=checked.company_name,
        credit_code=checked.credit_code,
        legal_person=checked.legal_person,
        legal_id_sealed=secrets.seal(checked.legal_id, about=f"payee:{scope.tenant}"),
        contact_phone=checked.contact_phone,
        licence_upload_id=checked.licence_upload_id,
        id_front_upload_id=checked.id_front_upload_id,
        id_back_upload_id=checked.id_back_upload_id,
        provider=provider.name,
        provider_ref=reference,
        state=SUBMITTED,
        reason="",
        account_no="",
        submitted_by=account_id,
        submitted_ms=now_ms,
        reviewed_ms=0,
        signed_ms=0,
    )

    async def work(tx: Tx) -> None:
        before = await payee(scope, tx)
        _may_submit(before, now_ms)
        await tx.upsert(payee_accounts, [row._asdict()], keys=("tenant_id",), update=Payee._fields[1:])
        about = f"payee:{scope.tenant}"
        same = before is not None and secrets.open(before.legal_id_sealed, about=about) == checked.legal_id
        facts = _facts(row) | {"payee_legal_id": "" if same else "changed"}
        await _note(scope, tx, "payee_submitted", before=_facts(before), after=facts, now_ms=now_ms)

    await db.run(work)


def _may_submit(before: Payee | None, now_ms: int) -> None:
    if before is None or before.state in (REFUSED, TO_SIGN):
        return
    if before.state == SUBMITTED:
        raise PayeeUnderReview()
    if now_ms - before.signed_ms < CHANGE_AFTER_MS:
        raise PayeeChangedLately(days=CHANGE_AFTER_MS // 86_400_000)


def _checked(form: Form) -> Form:
    """The form with normalized numbers. Raises BadInput."""
    if form.unit_kind not in UNIT_KINDS:
        raise BadInput(field="unitKind", rule="one_of", allowed=", ".join(UNIT_KINDS))
    company, person = " ".join(form.company_name.split()), " ".join(form.legal_person.split())
    for wire, text, most in (("companyName", company, 100), ("legalPerson", person, 64)):
        if not text:
            raise BadInput(field=wire, rule="required")
        if len(text) > most:
            raise BadInput(field=wire, rule="too_long", limit=most)
    if (code := papers.credit_code(form.credit_code)) is None:
        raise BadInput(field="creditCode", rule="check_digit")
    if (number := papers.identity_number(form.legal_id)) is None:
        raise BadInput(field="legalId", rule="check_digit")
    if not is_phone(phone := clean_phone(form.contact_phone)):
        raise BadInput(field="contactPhone", rule="format", example="13800138000")
    return msgspec.structs.replace(
        form,
        company_name=company,
        legal_person=person,
        credit_code=code,
        legal_id=number,
        contact_phone=phone,
    )


async def reviewed(
    scope: Scope, tx: Tx, *, tenant_id: str, yes: bool, reason: str, language: str, now_ms: int
) -> None:
    """Note the provider's decision; the company gets a text message. Raises NotFound, BadInput, PayeeAlreadyReviewed."""
    reason = " ".join(reason.split())
    if not yes and not reason:
        raise BadInput(field="reason", rule="required")
    if len(reason) > 500:
        raise BadInput(field="reason", rule="too_long", limit=500)
    row = await payee(Scope.system(tenant_id), tx)
    if row is None:
        raise NotFound(what="payee", id=tenant_id)
    to = TO_SIGN if yes else REFUSED
    if not await _review.run(tx, tenant=tenant_id, to=to, why="" if yes else reason, now=now_ms):
        raise PayeeAlreadyReviewed()
    action = "payee_accepted" if yes else "payee_refused"
    await _note(scope.of_tenant(tenant_id), tx, action, now_ms=now_ms, reason="" if yes else reason)
    key = "sms.payee_accepted" if yes else "sms.payee_refused"
    await messages.send(tx, phone=row.contact_phone, key=key, language=language, facts={"reason": reason})


async def sign(scope: Scope, db: Database, *, provider: PaymentProvider, now_ms: int) -> None:
    """The company signs, and the account is in use. The caller has verified its phone. Raises PayeeNotToSign."""
    row = await payee(scope, db)
    if row is None or row.state != TO_SIGN:
        raise PayeeNotToSign()
    number = await provider.open_account(row.provider_ref)

    async def work(tx: Tx) -> None:
        if not await _signed.run(tx, scope, number=number, now=now_ms):
            raise PayeeNotToSign()
        await _note(scope, tx, "payee_signed", now_ms=now_ms)

    await db.run(work)


async def _note(
    scope: Scope,
    tx: Tx,
    action: str,
    *,
    now_ms: int,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
    reason: str = "",
) -> None:
    record = history.Record(HISTORY, scope.tenant, None)
    await history.note(scope, tx, record, action, before=before, after=after, reason=reason, now_ms=now_ms)


def _facts(row: Payee | None) -> dict[str, str]:
    """What the history shows; the identity number never."""
    if row is None:
        return {}
    return {
        "payee_kind": row.unit_kind,
        "payee_name": row.company_name,
        "credit_code": row.credit_code,
        "legal_person": row.legal_person,
        "contact_phone": row.contact_phone,
    }
