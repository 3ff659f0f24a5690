"""How the routes of devices under a protocol are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask
from tests.scope.edge_device_rows import sheet


def recipes() -> dict[str, list[Callable[[Any], Ask]]]:
    here = "/edge/protocols/{protocol_id}"

    def at(x: Any, **more: Any) -> dict[str, Any]:
        return {"protocol_id": x.form_protocol, **more}

    def body(x: Any) -> dict[str, Any]:
        custom = {"accessType": "card", "ip": f"10.1.{x.once % 250}.{x.once % 250}", "port": 80}
        return {"devices": [{"deviceName": f"new-{x.name}-{x.once}", "alias": "门", "custom": custom}]}

    changed = {"alias": "改", "custom": {"accessType": "card", "ip": "10.0.0.1", "port": 81}}
    return {
        f"GET {here}/devices": [lambda x: Ask(at(x))],
        f"GET {here}/shape": [lambda x: Ask(at(x))],
        f"GET {here}/template.xlsx": [lambda x: Ask(at(x))],
        f"GET {here}/export.xlsx": [lambda x: Ask(at(x))],
        f"GET {here}/imports": [lambda x: Ask(at(x))],
        f"POST {here}/check": [lambda x: Ask(at(x), body={"text": "{}"})],
        f"POST {here}/devices": [lambda x: Ask(at(x), body=body(x))],
        f"GET {here}/devices/{{device_id}}": [lambda x: Ask(at(x, device_id=x.form_device))],
        f"PUT {here}/devices/{{device_id}}": [lambda x: Ask(at(x, device_id=x.form_device), body=changed)],
        f"DELETE {here}/devices/{{device_id}}": [lambda x: Ask(at(x, device_id=x.spare_form_device))],
        f"POST {here}/devices/remove": [
            lambda x: Ask(at(x), body={"ids": [x.lost_form_device], "expected": 1})
        ],
        f"PUT {here}/devices/space": [
            lambda x: Ask(at(x), body={"ids": [x.form_device], "spaceId": x.building})
        ],
        f"POST {here}/import": [lambda x: Ask(at(x), file=sheet(f"more-{x.name}-{x.once}"))],
        f"POST {here}/site-sheet": [lambda x: Ask(at(x), file=sheet(f"seen-{x.name}-{x.once}"))],
        f"GET {here}/imports/{{import_id}}": [lambda x: Ask(at(x, import_id=x.form_import))],
        f"POST {here}/imports/{{import_id}}/apply": [lambda x: Ask(at(x, import_id=x.tried_form_import))],
        f"POST {here}/imports/{{import_id}}/undo": [lambda x: Ask(at(x, import_id=x.form_import))],
        f"GET {here}/imports/{{import_id}}/report.xlsx": [
            lambda x: Ask(at(x, import_id=x.faulty_form_import))
        ],
    }
