"""Routes of organisations, claims and payments, with ids of a lot."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask

type Recipe = Callable[[Any], Ask]


def recipes() -> dict[str, list[Recipe]]:
    def here(x: Any) -> dict[str, Any]:
        return {"community_id": x.community}

    def said(x: Any) -> dict[str, Any]:
        return {
            "poid": "B0FFF0EG44", "name": f"再申{x.name}", "address": "金龙楼", "serviceStart": "2026-01-01",
            "serviceEnd": "2036-01-01", "certificates": [x.proof],
        }  # fmt: skip

    payee = {
        "companyName": "绿源物业", "creditCode": "91350100M000100Y43", "legalPerson": "钱芳",
        "legalId": "11010519491231002X", "contactPhone": "13866660001",
    }  # fmt: skip
    return {
        "PUT /organisation/persons/{account_id}/administrator": [
            lambda x: Ask({"account_id": x.staff_account}, body={"role": "sub_admin"}),
            lambda x: Ask({"account_id": x.staff_account}, body={"role": ""}),
        ],
        "POST /organisation/invitations": [
            lambda x: Ask(body={"role": "staff", "communityId": x.community}),
        ],
        "DELETE /organisation/invitations/{invitation_id}": [lambda x: Ask({"invitation_id": x.invitation})],
        "POST /organisation/join-requests/{request_id}/accept": [
            lambda x: Ask({"request_id": x.join_request}, body={"role": "staff", "communityId": x.community})
        ],
        "POST /organisation/join-requests/{request_id}/refuse": [
            lambda x: Ask({"request_id": x.spare_join_request}, body={"reason": "不认识"})
        ],
        "PUT /communities/{community_id}/application": [
            lambda x: Ask({"community_id": x.refused_claim}, body=said(x))
        ],
        "DELETE /communities/{community_id}/application": [
            lambda x: Ask({"community_id": x.spare_refused_claim})
        ],
        "GET /communities/{community_id}/log": [lambda x: Ask(here(x))],
        "GET /communities/{community_id}/code": [lambda x: Ask(here(x))],
        "GET /communities/{community_id}/managers": [lambda x: Ask(here(x))],
        "PUT /communities/{community_id}/managers": [
            lambda x: Ask({"community_id": x.ending_community}, body={"accountIds": [x.staff_account]})
        ],
        "PUT /communities/{community_id}/contact": [lambda x: Ask(here(x), body={"phone": "0571-88886666"})],
        "PUT /communities/{community_id}/place": [lambda x: Ask(here(x), body={"address": "示范路 1 号"})],
        "PUT /communities/{community_id}/time-zone": [
            lambda x: Ask(here(x), body={"timeZone": "Asia/Urumqi"})
        ],
        "GET /communities/{community_id}/resident-page": [lambda x: Ask(here(x))],
        "PUT /communities/{community_id}/resident-page": [
            lambda x: Ask(
                here(x),
                body={
                    "name": "金龙物业服务", "logoUploadId": x.logo, "ownerName": "钱芳", "ownerPhone": "13866660001",
                },
            )
        ],
        "POST /communities/{community_id}/service/end": [
            lambda x: Ask({"community_id": x.ending_community}, body={"note": "合同解除"})
        ],
        "PUT /payee-account": [
            lambda x: Ask(
                body={
                    **payee, "licenceUploadId": x.proof, "idFrontUploadId": x.proof, "idBackUploadId": x.logo,
                }
            )
        ],
    }  # fmt: skip
