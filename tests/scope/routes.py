"""How each console route is called with ids of a lot; see `recipes` for how cases come from them.

A route needs a recipe when its path, query or body names a row. `WITHOUT_IDS` lists the others that change something,
with the reason why there is nothing foreign to name.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.domains.communities.test_console import picture
from tests.domains.communities.test_workbook import workbook
from tests.scope import (
    boxes,
    cameras,
    claims,
    debugging,
    deletions,
    device_routes,
    edge,
    edge_devices,
    faces,
    features,
    firmware,
    gateways,
    notices,
    organisation,
    people,
    service_routes,
    vehicles,
    visits,
)
from tests.scope.certificate_rows import certificate
from tests.scope.charges import routes as charge_routes
from tests.scope.desk import SOON_MS, Ask
from tests.scope.doorbells import routes as doorbell_routes
from tests.scope.edge_parking import routes as edge_parking_routes
from tests.scope.face_rows import last_routes as last_face_routes
from tests.scope.face_rows import routes as face_routes
from tests.scope.parking_lanes import routes as parking_routes
from tests.scope.robot_rows import routes as robot_routes
from tests.scope.security_routes import routes as security_routes
from tests.scope.tariff_rows import routes as parking_fee_routes

type RouteRecipe = Callable[[Any], Ask]


def sheet(building: str) -> bytes:
    """A workbook with one house."""
    with tempfile.TemporaryDirectory() as folder:
        return workbook(Path(folder) / "in.xlsx", [(building, "01", "0101")], ()).read_bytes()


SIMULATION = "needs a running simulation; POST and GET of the path are asked of foreign devices"
SANDBOX = "names nothing but the caller's own sandbox; tests/domains/sandbox shows that it is nobody else's"
PASSES_FILE = (
    "GET /passes as a file, by the same filter; who took it is kept, and the file says when it was made"
)
WITHOUT_IDS = {
    **edge.WITHOUT_IDS,
    "POST /sandbox": SANDBOX,
    "DELETE /sandbox": SANDBOX,
    "POST /sandbox/reset": SANDBOX,
    "POST /sandbox/restore": SANDBOX,
    "POST /sandbox/secret": SANDBOX,
    "POST /sandbox/example": SANDBOX,
    "POST /sandbox/try": SANDBOX,
    "POST /sandbox/devices/{device}/power": SANDBOX,
    "POST /sandbox/devices/{device}/acts": SANDBOX,
    "GET /passes/export.csv": PASSES_FILE,
    "GET /passes/export.xlsx": PASSES_FILE,
    "GET /guard-desk/live": "endless; sip/test_guard_desk.py asks for foreign ones",
    "GET /calls/export.csv": "GET /calls as a file, by the same filter; who took it is kept",
    "POST /reference/code": "describes a method; a key that it names is only written into the text",
    "DELETE /session": "ends the caller's own session",
    "POST /session/password": "changes the caller's own password",
    "POST /session/password/code": "to the caller's own phone",
    "POST /session/password/by-code": "sets the caller's own password",
    "POST /session/phone/code": "to a phone that the caller names",
    "POST /session/phone": "changes the caller's own phone, with a code that went there",
    "POST /sessions/revoke-others": "ends the caller's own sessions",
    "POST /uploads": "makes an upload of the caller's tenant",
    "POST /first-use/organisation": "makes an organisation of the caller's own",
    "POST /first-use/join-requests": "names an organisation as people do",
    "POST /invitations/{token}/join": "names a link that only who was invited has",
    "POST /session/agreements": "accepts for the caller",
    "POST /session/links/known": "links whom the caller's browser was told of",
    "POST /session/links/{provider}/begin": "names a provider of the settings",
    "DELETE /session/links/{provider}": "ends a link of the caller's own",
    "POST /session/scans/{ticket}": "names a ticket that the caller saw on a screen",
    "PUT /organisation/contract": "says something of the caller's organisation",
    "PUT /organisation/joinable": "says something of the caller's organisation",
    "POST /organisation/end": "ends the service of the caller's organisation; asks for its name",
    "GET /payment-statement": "answers for the caller's organisation, where a provider takes payments",
    "GET /payment-statement/export.csv": "the caller's organisation alone",
    "GET /payment-statement/export.xlsx": "the caller's organisation alone",
    "POST /payee-account/sign": "signs for the caller's organisation",
    "POST /payee-account/sign/code": "has a code sent to the phone of the caller's organisation",
    "POST /poi-requests": "asks for a place for the caller's organisation",
    "POST /community-creation": "makes a community of the caller's company",
    "PUT /installation/community-creation": "says how communities come about; of the operator alone",
    "POST /projects": "makes a project of the caller's tenant",
    "POST /signature/debug": "reads what is pasted",
    "PUT /devices/{iot_id}/simulator": SIMULATION,
    "POST /devices/{iot_id}/simulator/acts": SIMULATION,
    "POST /devices/{iot_id}/simulator/watch": SIMULATION,
    "DELETE /devices/{iot_id}/simulator": SIMULATION,
    "POST /push/subscription": "the caller's own browser",
    "POST /push/subscription/drop": "the caller's own browser",
    "PUT /push/settings": "the caller's own choices",
    "POST /push/trial": "to the caller's own browsers",
    "POST /organisation/upgrade": "offers what the caller's own company claimed",
    "POST /session/upgrades/{ticket}": "names a ticket that the caller saw on a screen",
    "GET /employees/template.xlsx": "an empty workbook",
    "GET /live": "a stream that does not end; test_sights follows every topic as everybody",
}


def _communities() -> dict[str, list[RouteRecipe]]:
    def here(x: Any) -> dict[str, Any]:
        return {"community_id": x.community}

    return {
        # First: whoever is erased from a community, its workbooks go with them.
        "GET /imports/{import_id}": [lambda x: Ask({"import_id": x.imported})],
        "POST /imports/{import_id}/apply": [lambda x: Ask({"import_id": x.tried})],
        "POST /imports/{import_id}/answers": [
            lambda x: Ask({"import_id": x.faulty}, body={"answers": []}),
        ],
        "POST /imports/{import_id}/undo": [lambda x: Ask({"import_id": x.imported})],
        "GET /imports/{import_id}/report.xlsx": [lambda x: Ask({"import_id": x.faulty})],
        **{
            f"{verb} /communities/{{community_id}}/{kind}/imports/{{import_id}}{what}": [
                lambda x, name=f"{which}_{kind}": Ask(here(x) | {"import_id": getattr(x, name)})
            ]
            for kind in ("vehicles", "employees", "cameras")
            for verb, what, which in (
                ("GET", "", "imported"),
                ("POST", "/apply", "tried"),
                ("POST", "/undo", "imported"),
                ("GET", "/report.xlsx", "faulty"),
            )
        },
        "GET /overview": [lambda x: Ask(query={"communityId": x.community})],
        **{
            f"GET /overview/{subject}": [lambda x: Ask(query={"communityId": x.community})]
            for subject in ("population", "houses", "traffic", "vehicles", "vehicle-passes")
        },
        "GET /overview/first-steps": [lambda x: Ask(query={"communityId": x.community})],
        "GET /communities/{community_id}/map": [lambda x: Ask(here(x))],
        "GET /communities/{community_id}/map/candidates": [lambda x: Ask(here(x), {"kind": "door"})],
        "PUT /communities/{community_id}/map/devices/{iot_id}": [
            lambda x: Ask({**here(x), "iot_id": x.door}, body={"lng": 120.1, "lat": 30.2})
        ],
        "DELETE /communities/{community_id}/map/devices/{iot_id}": [
            lambda x: Ask({**here(x), "iot_id": x.door})
        ],
        "POST /communities/{community_id}/map/plan": [
            lambda x: Ask(here(x), {"metres": 200}, file=picture())
        ],
        "DELETE /communities/{community_id}/map/plan": [lambda x: Ask(here(x))],
        "GET /search": [lambda x: Ask(query={"q": "楼", "communityId": x.community})],
        "POST /communities": [
            lambda x: Ask(
                body={
                    "poid": "B0FFF0EG44",
                    "name": f"申请{x.name}",
                    "address": "金龙楼",
                    "serviceStart": "2026-01-01",
                    "serviceEnd": "2036-01-01",
                    "certificates": [x.proof],
                }
            )
        ],
        "GET /communities/{community_id}": [lambda x: Ask(here(x))],
        "GET /communities/{community_id}/spaces": [lambda x: Ask(here(x), {"parentId": x.building})],
        "POST /communities/{community_id}/spaces": [
            lambda x: Ask(here(x), body={"parentId": x.unit, "kind": "house", "name": f"8{x.name}"})
        ],
        "GET /communities/{community_id}/houses": [lambda x: Ask(here(x), {"parentId": x.building})],
        "PUT /communities/{community_id}/houses/{house_id}": [
            lambda x: Ask({**here(x), "house_id": x.house}, body={"areaM2": 88.5})
        ],
        "GET /communities/{community_id}/residents": [lambda x: Ask(here(x), {"houseId": x.house})],
        "POST /communities/{community_id}/residents": [
            lambda x: Ask(here(x), body={"houseId": x.house, "name": "吴先生", "type": 2})
        ],
        "POST /communities/{community_id}/residents/move-out": [
            lambda x: Ask(here(x), body={"houseId": x.house, "identityId": x.spare_person})
        ],
        "POST /communities/{community_id}/spaces/import": [
            lambda x: Ask(here(x), {"parentId": x.root}, file=sheet(f"{x.name}{x.once}"))
        ],
        "GET /communities/{community_id}/imports": [lambda x: Ask(here(x))],
        "GET /spaces/template.xlsx": [lambda x: Ask(query={"communityId": x.community})],
        "GET /spaces/{space_id}/way": [lambda x: Ask({"space_id": x.house})],
        "PUT /spaces/{space_id}": [
            lambda x: Ask({"space_id": x.unit}, body={"name": f"改{x.name}"}),
            lambda x: Ask({"space_id": x.unit}, body={"name": f"移{x.name}", "parentId": x.building}),
        ],
        "GET /spaces/{space_id}/consequences": [lambda x: Ask({"space_id": x.building})],
        "GET /history": [lambda x: Ask(query={"kind": "device_group", "target": x.device_group})],
        "POST /history/{change_no}/restore": [lambda x: Ask({"change_no": x.group_change})],
        "GET /communities/{community_id}/history": [
            lambda x: Ask(here(x), {"kind": "space", "target": x.house}),
            lambda x: Ask(here(x), {"kind": "resident", "target": x.person}),
            lambda x: Ask(here(x), {"kind": "vehicle", "target": x.vehicle}),
            lambda x: Ask(here(x), {"kind": "visit", "target": x.voided_visit}),
            lambda x: Ask(here(x), {"kind": "notice", "target": x.removed_notice}),
        ],
        "POST /communities/{community_id}/history/{change_no}/restore": [
            lambda x: Ask({**here(x), "change_no": x.space_change})
        ],
        "GET /communities/{community_id}/residents/{identity_id}/doors": [
            lambda x: Ask(here(x) | {"identity_id": x.person})
        ],
        "GET /communities/{community_id}/residents/{identity_id}/rights": [
            lambda x: Ask({**here(x), "identity_id": x.person}, {"houseId": x.house})
        ],
        **_residents(),
        "DELETE /spaces/{space_id}": [lambda x: Ask({"space_id": x.spare_space})],
    }


_SEX = {"name": "sex", "visible": True, "required": False, "main": True}


def _residents() -> dict[str, list[RouteRecipe]]:
    fields, one = (
        "/communities/{community_id}/resident-fields",
        "/communities/{community_id}/residents/{identity_id}",
    )

    def here(x: Any, **more: Any) -> dict[str, Any]:
        return {"community_id": x.community, **more}

    house = "/communities/{community_id}/houses/{house_id}"
    custom = {"cnName": "车型", "type": "string", "maxLength": 9}
    return {
        f"GET {fields}": [lambda x: Ask(here(x))],
        f"PUT {fields}": [lambda x: Ask(here(x), body={"fields": [_SEX]})],
        f"PUT {fields}/review": [lambda x: Ask(here(x), body={"needsReview": False})],
        f"POST {fields}/custom": [
            lambda x: Ask(here(x), body={**custom, "cnName": f"车{x.name}", "enName": f"new{x.name}"})
        ],
        f"PUT {fields}/custom/{{name}}": [
            lambda x: Ask(here(x, name=f"old{x.name}"), body={**custom, "cnName": f"改{x.name}"})
        ],
        f"DELETE {fields}/custom/{{name}}": [lambda x: Ask(here(x, name=f"spare{x.name}"))],
        f"GET {one}": [lambda x: Ask(here(x, identity_id=x.person))],
        f"PUT {one}": [
            lambda x: Ask(
                here(x, identity_id=x.person),
                body={"name": "王先生", "houseId": x.house, "type": 1, "age": 30},
            )
        ],
        f"POST {one}/reveal": [lambda x: Ask(here(x, identity_id=x.person))],
        f"POST {one}/approve": [
            lambda x: Ask(here(x, identity_id=x.waiting_person), body={"houseId": x.house})
        ],
        f"POST {one}/reject": [
            lambda x: Ask(
                here(x, identity_id=x.spare_waiting_person), body={"houseId": x.house, "comment": "不住这里"}
            )
        ],
        f"GET {house}/assets": [lambda x: Ask(here(x, house_id=x.house))],
        f"POST {house}/assets": [
            lambda x: Ask(here(x, house_id=x.house), body={"type": 3, "name": f"C{x.name}{x.once}"})
        ],
        f"PUT {house}/assets/{{asset_id}}": [
            lambda x: Ask(
                here(x, house_id=x.house, asset_id=x.asset), body={"type": 1, "name": f"P{x.name}{x.once}"}
            )
        ],
        f"DELETE {house}/assets/{{asset_id}}": [
            lambda x: Ask(here(x, house_id=x.house, asset_id=x.spare_asset))
        ],
        "GET /communities/{community_id}/houses/export.xlsx": [
            lambda x: Ask(here(x), {"parentId": x.building})
        ],
        "GET /communities/{community_id}/residents/export.xlsx": [lambda x: Ask(here(x))],
        "GET /communities/{community_id}/duplicates": [lambda x: Ask(here(x))],
        "POST /communities/{community_id}/duplicates/merge": [
            lambda x: Ask(here(x), body={"keep": x.person, "drop": x.twin})
        ],
    }


def _doors() -> dict[str, list[RouteRecipe]]:
    def right(x: Any) -> dict[str, Any]:
        return {"communityId": x.community, "personId": x.person, "iotIds": [x.door], "endsMs": SOON_MS}

    return {
        "GET /doors": [lambda x: Ask(query={"communityId": x.community})],
        "GET /doors/{iot_id}": [lambda x: Ask({"iot_id": x.door})],
        "POST /doors": [
            lambda x: Ask(
                body={
                    "communityId": x.community,
                    "sn": f"SN{x.name}{x.once}",
                    "name": f"新门{x.name}",
                    "productKey": x.product,
                    "spaceId": x.unit,
                }
            )
        ],
        "PUT /doors/{iot_id}": [
            lambda x: Ask(
                {"iot_id": x.door}, body={"name": f"门{x.name}", "direction": "EXIT", "spaceId": x.unit}
            )
        ],
        "GET /doors/{iot_id}/why": [lambda x: Ask({"iot_id": x.door}, {"personId": "somebody"})],
        "GET /doors/{iot_id}/past": [lambda x: Ask({"iot_id": x.door})],
        "GET /doors/{iot_id}/scope": [lambda x: Ask({"iot_id": x.door})],
        "PUT /doors/{iot_id}/scope": [
            lambda x: Ask(
                {"iot_id": x.door},
                body={"spaceIds": [x.building], "groupIds": [x.own_group], "callSpaceId": x.unit},
            )
        ],
        "GET /doors/{iot_id}/reading": [lambda x: Ask({"iot_id": x.door})],
        "PUT /doors/{iot_id}/reading": [
            lambda x: Ask(
                {"iot_id": x.door}, body={"own": {"form": "standard"}, "bleName": "SRE1001000100001"}
            )
        ],
        "PUT /communities/{community_id}/door-readings/products/{product_key}": [
            lambda x: Ask(
                {"community_id": x.community, "product_key": x.product}, body={"form": {"form": "standard"}}
            )
        ],
        "PUT /communities/{community_id}/door-readings/bluetooth": [
            lambda x: Ask({"community_id": x.community}, body={"bleOrder": "DZP20200117037"})
        ],
        "GET /communities/{community_id}/door-settings": [lambda x: Ask({"community_id": x.community})],
        "PUT /communities/{community_id}/door-settings": [
            lambda x: Ask(
                {"community_id": x.community},
                body={"freezeDoors": True},
            )
        ],
        "POST /communities/{community_id}/staff-key": [lambda x: Ask({"community_id": x.community})],
        "GET /communities/{community_id}/credentials": [
            lambda x: Ask({"community_id": x.community}, {"personId": x.person})
        ],
        "GET /communities/{community_id}/home-doors": [
            lambda x: Ask({"community_id": x.community}, {"personId": x.person})
        ],
        "POST /communities/{community_id}/credentials": [
            lambda x: Ask(
                {"community_id": x.community},
                body={"kind": "pin", "personId": x.person, "reach": "doors", "iotIds": [x.door]},
            )
        ],
        **robot_routes(),
        **parking_routes(),
        **charge_routes(),
        **parking_fee_routes(),
        **edge_parking_routes(),
        **security_routes(),
        "GET /lifts": [lambda x: Ask(query={"communityId": x.community})],
        "GET /lifts/{iot_id}": [lambda x: Ask({"iot_id": x.called_lift})],
        "GET /lifts/{iot_id}/waits": [lambda x: Ask({"iot_id": x.called_lift})],
        "GET /lifts/{iot_id}/runs": [lambda x: Ask({"iot_id": x.called_lift})],
        "GET /lifts/{iot_id}/rules/kept": [lambda x: Ask({"iot_id": x.linked_lift})],
        "POST /lifts/{iot_id}/rules/compare": [lambda x: Ask({"iot_id": x.linked_lift})],
        "POST /lifts/{iot_id}/read": [lambda x: Ask({"iot_id": x.called_lift})],
        "GET /lift-emergencies": [lambda x: Ask(query={"communityId": x.community})],
        "GET /lift-emergencies/preview": [
            lambda x: Ask(query={"communityId": x.community, "spaceId": x.building})
        ],
        "POST /lift-emergencies": [
            lambda x: Ask(
                body={
                    "communityId": x.community,
                    "spaceId": x.building,
                    "reason": "演练",
                    "confirm": x.community_name,
                }
            )
        ],
        "POST /lift-emergencies/{emergency_id}/send-again": [
            lambda x: Ask({"emergency_id": x.lift_emergency})
        ],
        "POST /lift-emergencies/{emergency_id}/end": [lambda x: Ask({"emergency_id": x.lift_emergency})],
        "PUT /lifts/{iot_id}/home": [lambda x: Ask({"iot_id": x.called_lift}, body={"floor": ""})],
        "POST /lifts/{iot_id}/service": [lambda x: Ask({"iot_id": x.called_lift}, body={"out": False})],
        "POST /lifts/{iot_id}/call": [lambda x: Ask({"iot_id": x.called_lift}, body={"startFloor": "1"})],
        "GET /doors/{iot_id}/intercom": [lambda x: Ask({"iot_id": x.door})],
        "GET /doors/{iot_id}/intercom/why": [lambda x: Ask({"iot_id": x.door}, {"roomId": "1-9-3-1202"})],
        "GET /communities/{community_id}/houses/{house_id}/intercom": [
            lambda x: Ask({"community_id": x.community, "house_id": x.house})
        ],
        "GET /doors/{iot_id}/call-unit": [lambda x: Ask({"iot_id": x.door})],
        "PUT /doors/{iot_id}/call-unit": [lambda x: Ask({"iot_id": x.door}, body={"spaceId": x.unit})],
        "GET /communities/{community_id}/held-credentials": [
            lambda x: Ask({"community_id": x.community}, {"personId": x.person})
        ],
        "GET /communities/{community_id}/held-credentials/export.csv": [
            lambda x: Ask({"community_id": x.community})
        ],
        "GET /communities/{community_id}/held-credentials/export.xlsx": [
            lambda x: Ask({"community_id": x.community})
        ],
        "POST /communities/{community_id}/held-credentials/end": [
            lambda x: Ask(
                {"community_id": x.community},
                body={"origin": "own", "ref": str(x.credential), "personId": x.door_person},
            )
        ],
        "POST /communities/{community_id}/card-readings": [
            lambda x: Ask({"community_id": x.community}, body={"number": f"ZORACARD{x.name}"})
        ],
        "POST /communities/{community_id}/held-credentials/reveal": [
            lambda x: Ask(
                {"community_id": x.community},
                body={"origin": "code", "ref": x.console_code_ref, "personId": x.door_person},
            )
        ],
        "POST /communities/{community_id}/held-credentials/restore": [
            lambda x: Ask(
                {"community_id": x.community},
                body={"origin": "own", "ref": str(x.ended_credential), "personId": x.door_person},
            )
        ],
        "GET /communities/{community_id}/denied": [lambda x: Ask({"community_id": x.community})],
        "POST /communities/{community_id}/denied": [
            lambda x: Ask({"community_id": x.community}, body={"personId": x.person, "reason": "拖欠"})
        ],
        "DELETE /communities/{community_id}/denied/{person_id}": [
            lambda x: Ask({"community_id": x.community, "person_id": x.person})
        ],
        **face_routes(Ask),
        "POST /doors/{iot_id}/open": [lambda x: Ask({"iot_id": x.door}, body={"reason": "快递"})],
        "GET /passes": [
            lambda x: Ask(query={"communityId": x.community, "iotId": x.door, "personId": x.door_person})
        ],
        "GET /calls/{call_id}": [lambda x: Ask({"call_id": x.call})],
        "POST /calls/{call_id}/notes": [lambda x: Ask({"call_id": x.call}, body={"words": "快递放前台"})],
        "GET /communities/{community_id}/call-settings": [lambda x: Ask({"community_id": x.community})],
        "GET /communities/{community_id}/site-intercom": [lambda x: Ask({"community_id": x.community})],
        "PUT /communities/{community_id}/call-settings": [
            lambda x: Ask({"community_id": x.community}, body={"talkMinutes": 3, "viewSeconds": 60})
        ],
        "POST /communities/{community_id}/call-settings/desks/{place}": [
            lambda x: Ask({"community_id": x.community, "place": 1})
        ],
        "DELETE /communities/{community_id}/call-settings/desks/{place}": [
            lambda x: Ask({"community_id": x.community, "place": 2})
        ],
        **doorbell_routes(Ask),
        "GET /communities/{community_id}/guard-desk": [lambda x: Ask({"community_id": x.community})],
        **{
            f"{verb} /communities/{{community_id}}/guard-desk/calls/{{call_id}}/{way}": [
                lambda x, more=more: Ask(
                    {"community_id": x.community, "call_id": x.call}, body={"page": "page-0001", **more}
                )
            ]
            for verb, way, more in (
                ("POST", "join", {}),
                ("PUT", "picture", {"description": "v=0"}),
                ("POST", "take", {}),
                ("POST", "decline", {}),
                ("POST", "hang-up", {}),
                ("POST", "open", {}),
                ("POST", "hold", {}),
                ("POST", "resume", {}),
                ("POST", "pass", {"to": "family"}),
            )
        },
        "GET /communities/{community_id}/guard-desk/calls/{call_id}/targets": [
            lambda x: Ask({"community_id": x.community, "call_id": x.call}, query={"page": "page-0001"})
        ],
        "GET /communities/{community_id}/guard-desk/doors": [lambda x: Ask({"community_id": x.community})],
        "GET /communities/{community_id}/guard-desk/looks": [
            lambda x: Ask({"community_id": x.community}, query={"iotId": x.door})
        ],
        **{
            f"{way} /communities/{{community_id}}/guard-desk/doors/{{iot_id}}/look{more}": [
                lambda x, body=body: Ask({"community_id": x.community, "iot_id": x.door}, body=body)
            ]
            for way, more, body in (
                ("POST", "", {"page": "page-0001"}),
                ("PUT", "/picture", {"page": "page-0001", "description": "v=0"}),
                ("PUT", "/voice", {"page": "page-0001", "on": True}),
                ("POST", "/leave", {"page": "page-0001"}),
            )
        },
        "GET /communities/{community_id}/terminals": [lambda x: Ask({"community_id": x.community})],
        "POST /communities/{community_id}/terminals": [
            lambda x: Ask({"community_id": x.community}, body={"code": x.office_code, "nickname": "前台"})
        ],
        "PUT /communities/{community_id}/terminals/{bind_id}": [
            lambda x: Ask({"community_id": x.community, "bind_id": x.office_bind}, body={"nickname": "前台"})
        ],
        "DELETE /communities/{community_id}/terminals/{bind_id}": [
            lambda x: Ask({"community_id": x.community, "bind_id": x.lost_office_bind})
        ],
        "POST /communities/{community_id}/houses/{house_id}/intercom/unit": [
            lambda x: Ask({"community_id": x.community, "house_id": x.house})
        ],
        "DELETE /communities/{community_id}/houses/{house_id}/intercom/unit": [
            lambda x: Ask({"community_id": x.community, "house_id": x.house})
        ],
        "GET /communities/{community_id}/houses/{house_id}/intercom/permissions": [
            lambda x: Ask({"community_id": x.community, "house_id": x.house})
        ],
        "PUT /communities/{community_id}/houses/{house_id}/intercom/permissions": [
            lambda x: Ask({"community_id": x.community, "house_id": x.house}, body={"mobile": "voice"})
        ],
        "GET /calls": [
            lambda x: Ask(query={"communityId": x.community, "iotId": x.door, "houseId": x.house})
        ],
        "GET /door-outages": [lambda x: Ask(query={"communityId": x.community})],
        "GET /door-alarms": [lambda x: Ask(query={"communityId": x.community, "iotId": x.door})],
        "POST /door-alarms/{alarm_id}/take": [lambda x: Ask({"alarm_id": x.alarm})],
        "POST /door-alarms/{alarm_id}/release": [lambda x: Ask({"alarm_id": x.taken_alarm})],
        "POST /door-alarms/{alarm_id}/close": [
            lambda x: Ask({"alarm_id": x.spare_alarm}, body={"outcome": "real"})
        ],
        "POST /door-alarms/{alarm_id}/reopen": [lambda x: Ask({"alarm_id": x.closed_alarm})],
        "GET /qr-codes": [
            lambda x: Ask(query={"communityId": x.community, "iotId": x.door, "personId": x.door_person})
        ],
        "POST /qr-codes": [lambda x: Ask(body=right(x))],
        "POST /qr-codes/{ref}/picture": [
            lambda x: Ask(
                {"ref": x.console_code_ref},
                body={"communityId": x.community, "personId": x.door_person, "expiresMs": SOON_MS},
            )
        ],
        "DELETE /qr-codes/{ref}/doors/{iot_id}": [
            lambda x: Ask({"ref": x.console_code_ref, "iot_id": x.door}, {"reason": "搬走"})
        ],
        "GET /deliveries": [lambda x: Ask(query={"communityId": x.community, "iotId": x.door})],
        "GET /deliveries/counts": [lambda x: Ask(query={"communityId": x.community, "iotId": x.door})],
        "GET /deliveries/{delivery_id}/history": [lambda x: Ask({"delivery_id": x.delivery})],
        "POST /deliveries/{delivery_id}/retry": [lambda x: Ask({"delivery_id": x.delivery})],
    }


def _devices() -> dict[str, list[RouteRecipe]]:
    return {
        "GET /serials": [lambda x: Ask(query={"categoryId": x.serial_category})],
        "POST /serials/categories": [lambda x: Ask(body={"name": f"新{x.name}{x.once}"})],
        "PUT /serials/categories/{category_id}": [
            lambda x: Ask({"category_id": x.serial_category}, body={"name": f"改{x.name}"})
        ],
        "DELETE /serials/categories/{category_id}": [lambda x: Ask({"category_id": x.spare_serial_category})],
        "POST /serials/import": [
            lambda x: Ask(
                query={"categoryId": x.serial_category},
                file=f"snCode,deviceName,productKey\nI{x.once},new{x.once},{x.product}\n".encode(),
            )
        ],
        "POST /serials/delete": [lambda x: Ask(body={"sns": [x.spare_sn]})],
        "GET /devices": [lambda x: Ask(query={"communityId": x.community, "productKey": x.product})],
        "POST /devices": [
            lambda x: Ask(
                body={
                    "productKey": x.product,
                    "deviceName": f"new{x.name}{x.once}",
                    "communityId": x.community,
                }
            )
        ],
        "GET /devices/{iot_id}": [lambda x: Ask({"iot_id": x.device})],
        "PUT /devices/{iot_id}": [lambda x: Ask({"iot_id": x.device}, body={"nickname": "表"})],
        "GET /devices/{iot_id}/certificates": [lambda x: Ask({"iot_id": x.device})],
        "POST /devices/{iot_id}/certificates": [lambda x: Ask({"iot_id": x.device}, body={"days": 30})],
        "POST /devices/{iot_id}/certificates/register": [
            lambda x: Ask({"iot_id": x.device}, body={"certificate": certificate("new")})
        ],
        "DELETE /devices/{iot_id}/certificates/{certificate_no}": [
            lambda x: Ask({"iot_id": x.device, "certificate_no": x.certificate_no})
        ],
        "GET /products/{product_key}/authentication": [lambda x: Ask({"product_key": x.product})],
        "PUT /products/{product_key}/authentication": [
            lambda x: Ask({"product_key": x.product}, body={"secrets": True, "certificates": True})
        ],
        "GET /products/{product_key}/connections": [lambda x: Ask({"product_key": x.product})],
        "PUT /products/{product_key}/connections": [
            lambda x: Ask({"product_key": x.product}, body={"tlsOnly": False, "freshTime": True})
        ],
        "GET /products/{product_key}/connections/plain": [lambda x: Ask({"product_key": x.product})],
        "GET /devices/{iot_id}/properties": [lambda x: Ask({"iot_id": x.device})],
        "GET /devices/{iot_id}/properties/{identifier}/points": [
            lambda x: Ask({"iot_id": x.device, "identifier": "Energy"})
        ],
        "GET /devices/{iot_id}/events": [lambda x: Ask({"iot_id": x.door})],
        "POST /devices/{iot_id}/properties/set": [
            lambda x: Ask({"iot_id": x.door}, body={"items": {"RSAPublicKey": "a"}})
        ],
        "GET /devices/{iot_id}/messages": [lambda x: Ask({"iot_id": x.door})],
        "POST /inbox/parked/{iot_id}/{seq}/retry": [lambda x: Ask({"iot_id": x.door, "seq": x.parked})],
        "DELETE /inbox/parked/{iot_id}/{seq}": [lambda x: Ask({"iot_id": x.door, "seq": x.spare_parked})],
        "GET /records": [lambda x: Ask(query={"modelId": "Heartbeat", "communityId": x.community})],
        "GET /records/{record_id}": [lambda x: Ask({"record_id": x.record})],
        "GET /records/{record_id}/files/{field}": [
            lambda x: Ask({"record_id": x.file_record, "field": "plateNumberImage"})
        ],
    }


def _products() -> dict[str, list[RouteRecipe]]:
    def at(x: Any) -> dict[str, Any]:
        return {"product_key": x.product}

    door = {"identifier": "Extra", "dataType": {"type": "date"}}
    return {
        "POST /products": [
            lambda x: Ask(body={"name": f"产品{x.name}", "categoryCode": "community/people/qrcode"})
        ],
        "GET /products/{product_key}": [lambda x: Ask(at(x))],
        "PUT /products/{product_key}": [lambda x: Ask(at(x), body={"name": f"门{x.name}"})],
        "DELETE /products/{product_key}": [lambda x: Ask({"product_key": x.spare_product})],
        "POST /products/{product_key}/copy": [lambda x: Ask(at(x), body={"name": f"副本{x.name}"})],
        "POST /products/{product_key}/secret": [lambda x: Ask(at(x))],
        "GET /products/{product_key}/topics": [lambda x: Ask(at(x))],
        "GET /products/{product_key}/acts": [lambda x: Ask(at(x))],
        "GET /products/{product_key}/model": [lambda x: Ask(at(x))],
        "PUT /products/{product_key}/model/draft": [
            lambda x: Ask(at(x), body={"document": {"properties": [door]}, "revision": 0})
        ],
        "DELETE /products/{product_key}/model/draft": [lambda x: Ask(at(x))],
        "POST /products/{product_key}/model/check": [lambda x: Ask(at(x), body={"document": {}})],
        "POST /products/{product_key}/model/import": [lambda x: Ask(at(x), body={"text": "{}"})],
        "GET /products/{product_key}/model/versions": [lambda x: Ask(at(x))],
        "GET /products/{product_key}/model/compare": [lambda x: Ask(at(x), {"before": 1, "after": 1})],
        "GET /products/{product_key}/model/export.json": [lambda x: Ask(at(x))],
        "POST /products/{product_key}/model/publish": [
            lambda x: Ask({"product_key": x.drafted_product}, body={"revision": 1})
        ],
        "POST /products/{product_key}/model/roll-back": [
            lambda x: Ask({"product_key": x.second_product}, body={"version": 1})
        ],
        "POST /categories": [lambda x: Ask(body={"code": f"n{x.once}", "name": "自有"})],
        "PUT /categories/{category_id}": [lambda x: Ask({"category_id": x.category}, body={"name": "改"})],
        "PUT /categories/{category_id}/model": [
            lambda x: Ask({"category_id": x.category}, body={"document": {"properties": [door]}})
        ],
        "DELETE /categories/{category_id}": [lambda x: Ask({"category_id": x.spare_category})],
    }


def _integration() -> dict[str, list[RouteRecipe]]:
    def at(x: Any) -> dict[str, Any]:
        return {"subscription_id": x.subscription}

    return {
        "POST /session/tenant": [lambda x: Ask(body={"tenantId": x.tenant})],
        "DELETE /sessions/{session_id}": [lambda x: Ask({"session_id": x.session})],
        "PUT /projects/{project_id}/communities": [
            lambda x: Ask({"project_id": x.project_id}, body={"communityIds": [x.community]})
        ],
        "POST /keys": [lambda x: Ask(body={"projectId": x.project_id, "name": f"钥匙{x.name}"})],
        "POST /keys/{app_key}/rotate": [lambda x: Ask({"app_key": x.app_key})],
        "PUT /keys/{app_key}": [
            lambda x: Ask({"app_key": x.app_key}, body={"enabled": True, "services": None})
        ],
        "GET /keys/{app_key}/usage": [lambda x: Ask({"app_key": x.app_key})],
        "GET /requests": [lambda x: Ask(query={"appKey": x.app_key})],
        "POST /reference/try": [
            lambda x: Ask(
                body={
                    "appKey": x.app_key,
                    "path": "/solution/community/paas/space/sub/query",
                    "version": "1.0.1",
                    "params": '{"typeCode": "house", "pageNo": 1, "pageSize": 5}',
                    "communityId": x.community,
                }
            )
        ],
        "POST /subscriptions": [
            lambda x: Ask(body={"appKey": x.app_key, "name": f"新{x.name}", "url": "http://127.0.0.1:9/x"})
        ],
        "PUT /subscriptions/{subscription_id}": [lambda x: Ask(at(x), body={"name": f"改{x.name}"})],
        "DELETE /subscriptions/{subscription_id}": [lambda x: Ask({"subscription_id": x.spare_subscription})],
        "POST /subscriptions/{subscription_id}/test": [lambda x: Ask(at(x))],
        "POST /subscriptions/{subscription_id}/replay": [lambda x: Ask(at(x), body={"sinceMs": 0})],
        "POST /subscriptions/preview": [lambda x: Ask(body={"appKey": x.app_key, "kinds": ["data"]})],
        "GET /subscriptions/{subscription_id}": [lambda x: Ask(at(x))],
        "POST /subscriptions/{subscription_id}/secret": [lambda x: Ask(at(x))],
        "DELETE /subscriptions/{subscription_id}/replay": [lambda x: Ask(at(x))],
        "POST /subscriptions/{subscription_id}/retry": [lambda x: Ask(at(x))],
        "GET /subscriptions/{subscription_id}/rates": [lambda x: Ask(at(x))],
        "GET /subscriptions/{subscription_id}/dead": [lambda x: Ask(at(x))],
        "GET /subscriptions/{subscription_id}/deliveries": [lambda x: Ask(at(x))],
        "POST /subscriptions/{subscription_id}/deliveries/{change_id}/replay": [
            lambda x: Ask({**at(x), "change_id": x.change})
        ],
    }


RECIPES: dict[str, list[RouteRecipe]] = {
    **_communities(),
    **_doors(),
    **_devices(),
    **_products(),
    **_integration(),
    **faces.recipes(),
    **features.recipes(),
    **debugging.recipes(),
    **firmware.recipes(),
    **gateways.recipes(),
    **device_routes.recipes(),
    **notices.recipes(),
    **vehicles.recipes(),
    **cameras.recipes(),
    **edge_devices.recipes(),
    **boxes.recipes(),
    **edge.recipes(),
    **visits.recipes(),
    **deletions.recipes(),
    **service_routes.recipes(),
    **organisation.recipes(),
    **people.recipes(),
    **claims.recipes(),
    **last_face_routes(Ask),
    "DELETE /doors/{iot_id}": [
        lambda x: Ask({"iot_id": x.spare_door})
    ],  # last: others are asked of that door
}
