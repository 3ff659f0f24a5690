"""How the routes of the edge are called; see `routes`. They run in this order: what one leaves the next finds."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask
from tests.scope.edge_rows import MODEL

type Recipe = Callable[[Any], Ask]

WITHOUT_IDS = {
    "POST /edge/packages": "uploads a package of the caller's tenant",
    "POST /edge/trusted-keys": "names a key that no tenant has",
    "GET /edge/driver-root": "is of the caller's tenant",
    "POST /edge/driver-root/rotate": "is of the caller's tenant",
    "POST /edge/certificates": "hands in a report about a package of the caller's tenant",
}
OF_THE_TENANT = frozenset({"edge_certificate", "driver_package", "trusted_key", "spare_trusted_key"})
"""Drivers are code for boxes of the whole tenant."""


def recipes() -> dict[str, list[Recipe]]:
    clusters, nodes = "/edge/clusters/{cluster_id}", "/edge/nodes/{node_id}"
    gateways, part = "/edge/gateways/{gateway_id}", "/edge/clusters/{cluster_id}/components"

    def cluster(x: Any, **more: Any) -> dict[str, Any]:
        return {"cluster_id": x.edge_cluster, **more}

    def node(x: Any) -> dict[str, Any]:
        return {"node_id": x.edge_node}

    def gateway(x: Any) -> dict[str, Any]:
        return {"gateway_id": x.edge_gateway}

    def new_node(x: Any) -> dict[str, Any]:
        return {"name": f"box-{x.once}", "serialNumber": f"SN-NEW-{x.once}"}

    def rule(x: Any) -> dict[str, Any]:
        device = str(x.lift_device)
        return {"name": f"呼梯{x.once}", "doorId": device, "liftId": device, "startFloor": "1"}

    return {
        "POST /edge/clusters": [
            lambda x: Ask(body={"name": f"新集群{x.once}", "model": MODEL, "communityId": x.community})
        ],
        "GET /edge/clusters": [
            lambda x: Ask(query={"projectId": x.project_id}),
            lambda x: Ask(query={"communityId": x.community}),
        ],
        f"GET {clusters}": [lambda x: Ask(cluster(x))],
        f"PUT {clusters}": [lambda x: Ask(cluster(x), body={"remark": "机房", "logOn": False})],
        f"DELETE {clusters}": [lambda x: Ask({"cluster_id": x.spare_edge_cluster})],
        f"PUT {clusters}/association": [
            lambda x: Ask(cluster(x), body={"projectId": x.project_id, "communityId": x.community})
        ],
        f"DELETE {clusters}/association": [lambda x: Ask({"cluster_id": x.side_edge_cluster})],
        f"POST {clusters}/nodes": [lambda x: Ask({"cluster_id": x.side_edge_cluster}, body=new_node(x))],
        f"GET {nodes}": [lambda x: Ask(node(x))],
        f"PUT {nodes}": [lambda x: Ask(node(x), body={"name": f"box-{x.once}"})],
        f"DELETE {nodes}": [lambda x: Ask({"node_id": x.spare_edge_node})],
        "POST /edge/boxes": [lambda x: Ask(body=new_node(x) | {"model": MODEL, "communityId": x.community})],
        f"GET {nodes}/door-access": [lambda x: Ask(node(x))],
        f"POST {nodes}/door-access": [lambda x: Ask(node(x), body={"driverId": "door_device"})],
        f"GET {nodes}/label": [lambda x: Ask(node(x))],
        f"POST {nodes}/reset": [lambda x: Ask(node(x))],
        f"POST {nodes}/replace": [
            lambda x: Ask(
                {"node_id": x.lost_edge_node}, body={"serialNumber": f"SN-REP-{x.once}", "model": MODEL}
            )
        ],
        f"GET {nodes}/replacement": [lambda x: Ask({"node_id": x.lost_edge_node})],
        f"POST {nodes}/sync": [lambda x: Ask({"node_id": x.lost_edge_node})],
        f"GET {nodes}/sync/failures": [lambda x: Ask(node(x))],
        f"GET {part}": [lambda x: Ask(cluster(x))],
        f"POST {part}/{{code}}/ask": [
            lambda x: Ask(cluster(x, code="face_recognition"), body={"reason": "边侧"})
        ],
        f"POST {part}/{{code}}/install": [lambda x: Ask(cluster(x, code="edge_cluster"), body={})],
        f"POST {part}/{{code}}/upgrade": [lambda x: Ask(cluster(x, code="driver.door_device"), body={})],
        f"POST {part}/{{code}}/stop": [lambda x: Ask(cluster(x, code="collaboration"))],
        f"POST {part}/{{code}}/start": [lambda x: Ask(cluster(x, code="collaboration"))],
        f"PUT {part}/{{code}}": [
            lambda x: Ask(cluster(x, code="collaboration"), body={"params": {"localAccounts": True}})
        ],
        f"DELETE {part}/{{code}}": [lambda x: Ask(cluster(x, code="alarms"))],
        # Before a deployment is rolled back: the protocol that brings the lift goes with it.
        "POST /edge/passage-rules": [
            lambda x: Ask(body=rule(x) | {"gatewayId": str(x.edge_gateway)}),
            lambda x: Ask(body=rule(x) | {"gatewayId": str(x.edge_gateway), "unitId": str(x.building)}),
        ],
        "GET /edge/passage-rules": [lambda x: Ask(query={"gatewayId": x.edge_gateway})],
        "GET /edge/passage-rules/choices": [lambda x: Ask(query={"gatewayId": x.edge_gateway})],
        "PUT /edge/passage-rules/{rule_id}": [lambda x: Ask({"rule_id": x.passage_rule}, body=rule(x))],
        "GET /edge/passage-rules/{rule_id}/runs": [lambda x: Ask({"rule_id": x.passage_rule})],
        "DELETE /edge/passage-rules/{rule_id}": [lambda x: Ask({"rule_id": x.passage_rule})],
        f"GET {gateways}": [lambda x: Ask(gateway(x))],
        f"PUT {gateways}": [lambda x: Ask(gateway(x), body={"name": "新网关"})],
        f"GET {gateways}/interconnect": [lambda x: Ask(gateway(x))],
        f"PUT {gateways}/interconnect": [lambda x: Ask(gateway(x), body={"on": True})],
        f"POST {gateways}/protocols": [lambda x: Ask(gateway(x), body={"driverId": "door_terminal"})],
        f"POST {gateways}/deployments": [lambda x: Ask(gateway(x), body={"offline": 0})],
        f"GET {gateways}/deployments": [lambda x: Ask(gateway(x))],
        "PUT /edge/protocols/{protocol_id}": [
            lambda x: Ask({"protocol_id": x.edge_protocol}, body={"config": {"checkPeer": True}})
        ],
        "PUT /edge/protocols/{protocol_id}/peer-check": [
            lambda x: Ask({"protocol_id": x.edge_protocol}, body={"on": True})
        ],
        "DELETE /edge/protocols/{protocol_id}": [lambda x: Ask({"protocol_id": x.spare_edge_protocol})],
        "GET /edge/deployments/{deployment_id}": [lambda x: Ask({"deployment_id": x.edge_deployment})],
        "POST /edge/deployments/{deployment_id}/roll-back": [
            lambda x: Ask({"deployment_id": x.edge_deployment}, body={})
        ],
        "GET /edge/certificates/{certificate_id}": [lambda x: Ask({"certificate_id": x.edge_certificate})],
        "POST /edge/certificates/{certificate_id}/withdraw": [
            lambda x: Ask({"certificate_id": x.edge_certificate})
        ],
        "DELETE /edge/packages/{package_id}": [lambda x: Ask({"package_id": x.driver_package})],
        "GET /edge/driver-root": [lambda x: Ask()],
        "POST /edge/driver-root/rotate": [lambda x: Ask()],
        "DELETE /edge/trusted-keys/{key_id}": [lambda x: Ask({"key_id": x.spare_trusted_key})],
    }
