"""How the routes of remote work on boxes are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from tests.domains.boxes.remote.working_box import DRIVER
from tests.scope.desk import Ask


def recipes() -> dict[str, list[Callable[[Any], Ask]]]:
    video = "/edge/clusters/{cluster_id}/video/{number}"
    node, tunnel = "/edge/nodes/{node_id}", "/edge/tunnels/{tunnel_id}"

    def at(x: Any, **more: Any) -> dict[str, Any]:
        return {"node_id": x.box_node, **more}

    return {
        f"GET {node}/condition": [lambda x: Ask(at(x))],
        f"GET {node}/figures": [lambda x: Ask(at(x))],
        f"GET {node}/history": [lambda x: Ask(at(x))],
        f"GET {node}/tunnels": [lambda x: Ask(at(x))],
        f"POST {node}/tunnels": [lambda x: Ask(at(x), body={"kind": "files", "reason": "门打不开"})],
        f"GET {node}/logs/sources": [lambda x: Ask(at(x))],
        f"GET {node}/logs": [lambda x: Ask(at(x), {"level": "warning"})],
        f"GET {node}/logs/lines.jsonl": [lambda x: Ask(at(x))],
        f"GET {node}/kept-logs": [lambda x: Ask(at(x), {"level": "warning", "q": "门"})],
        f"GET {node}/kept-logs/sources": [lambda x: Ask(at(x))],
        f"GET {node}/drivers": [lambda x: Ask(at(x))],
        f"POST {node}/drivers/{{driver}}/restart": [lambda x: Ask(at(x, driver=DRIVER))],
        f"POST {node}/drivers/{{driver}}/replace": [lambda x: Ask(at(x, driver=DRIVER))],
        f"POST {node}/drivers/call": [
            lambda x: Ask(at(x), body={"device": f"boxdoor-{x.name}", "service": "read"})
        ],
        f"POST {node}/strangers": [
            lambda x: Ask(at(x), body={"device": f"boxdoor-{x.name}", "peer": "10.9.9.9", "confirm": True})
        ],
        f"POST {node}/checks": [lambda x: Ask(at(x))],
        f"POST {node}/diagnosis": [lambda x: Ask(at(x))],
        "POST /edge/protocols/{protocol_id}/reach": [
            lambda x: Ask({"protocol_id": x.box_protocol}, body={"address": "127.0.0.1", "port": 9})
        ],
        "POST /edge/protocols/{protocol_id}/search": [
            lambda x: Ask({"protocol_id": x.box_protocol}, body={"network": "127.0.0.1", "port": 9})
        ],
        "POST /devices/{iot_id}/edge-check": [lambda x: Ask({"iot_id": x.box_device})],
        f"GET {video}": [lambda x: Ask({"cluster_id": x.box_cluster, "number": 0})],
        f"POST {video}/devices": [
            lambda x: Ask(
                {"cluster_id": x.box_cluster, "number": 0},
                body={"name": f"SXJ-{x.once}", "kind": "ipc", "ip": "127.0.0.1"},
            )
        ],
        f"DELETE {video}/devices/{{no}}": [
            lambda x: Ask({"cluster_id": x.box_cluster, "number": 0, "no": 1})
        ],
        f"POST {video}/devices/{{no}}/pull": [
            lambda x: Ask({"cluster_id": x.box_cluster, "number": 0, "no": 1})
        ],
        f"POST {video}/devices/{{no}}/identity": [
            lambda x: Ask(
                {"cluster_id": x.box_cluster, "number": 0, "no": 1},
                body={"deviceName": f"SXJ-{x.once}", "model": "community/security/ipcamera"},
            )
        ],
        f"POST {video}/restart": [lambda x: Ask({"cluster_id": x.box_cluster, "number": 0})],
        f"GET {tunnel}/transcript": [lambda x: Ask({"tunnel_id": x.box_tunnel})],
        f"POST {tunnel}/end": [lambda x: Ask({"tunnel_id": x.box_tunnel})],
    }
