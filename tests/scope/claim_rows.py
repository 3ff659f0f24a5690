"""In each lot: an invitation, people who wait, refused claims, a community that will end, a payee account."""

from typing import Any

from linli.domains.communities.models import communities, uploads
from linli.domains.payments.models import payee_accounts
from linli.domains.people.models import join_requests
from linli.domains.people.rights import Rights, Role, RoleGrant
from linli.domains.people.service import accounts, joining
from linli.domains.people.service.organisation import Hand
from tests.domains.communities.builders import approve_new

_PHONES = iter(range(13_600_000_001, 13_700_000_000))


async def add_claims(platform: Any, lot: Any) -> None:
    owner, ids = lot.project.owner, platform.ids
    now_ms = platform.clock.now_ms()
    hand = Hand(owner, Rights(1, "main", (RoleGrant(Role.TENANT_ADMIN, lot.tenant),)), ids)
    lot.logo = f"logo{lot.name}"
    async with platform.db.begin() as tx:
        lot.invitation, _ = await joining.invite(
            hand, tx, note_text="", role="", community_id=0, approval=False, uses=9, days=9, now_ms=now_ms
        )
        for name in ("join_request", "spare_join_request"):
            account = await accounts.create_account(
                tx, login=str(next(_PHONES)), password_hash="none", name="新人", ids=ids, now_ms=now_ms
            )
            row = {
                "request_id": ids.number(), "tenant_id": lot.tenant, "account_id": account, "state": "waiting",
                "created_ms": now_ms,
            }  # fmt: skip
            await tx.insert(join_requests, row)
            setattr(lot, name, row["request_id"])
        for name in ("refused_claim", "spare_refused_claim"):
            row = {
                "tenant_id": lot.tenant, "name": f"{name} {lot.name}", "address": "金龙楼", "poid": "B0FFF0EG44",
                "service_start": "2026-01-01", "service_end": "2036-01-01", "apply_status": 3, "created_ms": 1,
                "changed_ms": 1,
            }  # fmt: skip
            setattr(lot, name, await tx.insert(communities, row))
        lot.ending_community = await approve_new(owner, tx, name=f"将止{lot.name}", ids=ids, now_ms=now_ms)
        logo = {
            "upload_id": lot.logo, "tenant_id": lot.tenant, "project_id": lot.project_id, "biz_code": "COMMUNITY_FILE",
            "tmp_key": f"tmp/{lot.logo}", "object_key": f"{lot.tenant}/community_file/{lot.logo}.png",
            "content_type": "image/png", "size": 10, "width": 192, "height": 192, "created_ms": 1,
        }  # fmt: skip
        await tx.insert(uploads, logo)
        sealed = platform.secrets.seal("1" * 18, about=f"payee:{lot.tenant}")
        payee = {
            "tenant_id": lot.tenant, "unit_kind": "company", "company_name": "绿源", "credit_code": "9",
            "legal_person": "钱", "legal_id_sealed": sealed, "contact_phone": "13866660001",
            "licence_upload_id": "", "id_front_upload_id": "", "id_back_upload_id": "", "provider": "local",
            "provider_ref": "LP1", "state": "active", "submitted_by": 1, "submitted_ms": 1, "signed_ms": 1,
        }  # fmt: skip
        await tx.upsert(payee_accounts, [payee], keys=("tenant_id",))
