"""Example messages of each topic for firmware developers, made from the product's own model.

A test sends each message that a device publishes to a running platform. Source: spec clients, (b).
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from linli.tsl.model import ThingModel
from linli.tsl.samples import MOMENT_MS, sample_value, sample_values

SUB_PRODUCT: Final = "a1b2c3d4e5f"
SUB_DEVICE: Final = "sub-device-01"
"""A device behind the gateway, of another product."""
_STAMP: Final = str(MOMENT_MS)
_TIME: Final = {"time": MOMENT_MS}


def payload(key: str, model: ThingModel, product_key: str) -> str:
    """JSON; empty where the bytes are the maker's own. `key`: as of a topic (`topics.Topic`)."""
    parts = _Parts(model, product_key)
    content = parts.content(key)
    return "" if content is None else json.dumps(content, ensure_ascii=False, separators=(",", ":"))


class _Parts:
    def __init__(self, model: ThingModel, product_key: str) -> None:
        first = next(iter(model.properties), None)
        self.values = {first.identifier: sample_value(first.type)} if first else {}
        wanted = next((row for row in model.properties if row.writable), None)
        self.wanted = {wanted.identifier: sample_value(wanted.type)} if wanted else {}
        self.event = next((row for row in model.events if row.identifier != "post"), None)
        self.service = next((row for row in model.services if row.identifier not in ("set", "get")), None)
        self.identity = {"productKey": product_key, "deviceName": "${deviceName}"}
        self.sub = {"productKey": SUB_PRODUCT, "deviceName": SUB_DEVICE}
        self.signed = {
            **self.sub, "clientId": SUB_DEVICE, "timestamp": _STAMP, "signMethod": "hmacSha1", "sign": "…"
        }  # fmt: skip

    def content(self, key: str) -> Any:
        built = self._model().get(key)
        return _PLAIN.get(key) if built is None else built

    def _model(self) -> dict[str, Any]:
        event, service = self.event, self.service
        values = sample_values(event.output) if event else {}
        timed = {name: {"value": value, **_TIME} for name, value in self.values.items()}
        events = {event.identifier: {"value": values, **_TIME}} if event else {}
        return {
            "property_post": _ask("thing.event.property.post", self.values),
            "batch_post": _ask(
                "thing.event.property.batch.post",
                {
                    "properties": {name: [value] for name, value in timed.items()},
                    "events": {name: [value] for name, value in events.items()},
                },
            ),
            "history_post": _ask(
                "thing.event.property.history.post",
                [
                    {
                        "identity": self.identity,
                        "properties": [timed],
                        "events": [events],
                    }
                ],
            ),
            "event_post": _ask(event.method if event else "thing.event.${identifier}.post", values),
            "property_set": _ask("thing.service.property.set", self.wanted),
            "service_call": _ask(
                service.method if service else "thing.service.${identifier}",
                sample_values(service.input) if service else {},
            ),
            "service_reply": _reply(sample_values(service.output) if service else {}),
            "rrpc_request": _ask(
                service.method if service else "thing.service.${identifier}",
                sample_values(service.input) if service else {},
            ),
            "rrpc_response": _reply(sample_values(service.output) if service else {}),
            "desired_get": _ask("thing.property.desired.get", list(self.wanted)),
            "desired_delete": _ask(
                "thing.property.desired.delete", {name: {"version": 1} for name in self.wanted}
            ),
            "shadow_update": {"method": "update", "state": {"reported": self.values}, "version": 1},
            "shadow_get": {
                "method": "control", "payload": {"status": "success", "state": {"desired": self.wanted}},
                "version": 2, "timestamp": MOMENT_MS // 1000,
            },
            "topo_add": _ask("thing.topo.add", [self.signed]),
            "topo_delete": _ask("thing.topo.delete", [self.sub]),
            "topo_change": _ask("thing.topo.change", {"status": 0, "subList": [self.sub]}),
            "sub_register": _ask("thing.sub.register", [self.sub]),
            "list_found": _ask("thing.list.found", [self.sub]),
            "sub_login": {"id": "1", "params": {**self.signed, "cleanSession": "true"}},
            "sub_logout": {"id": "1", "params": self.sub},
            "sub_batch_login": {"id": "1", "params": {"deviceList": [self.signed]}},
            "sub_batch_logout": {"id": "1", "params": [self.sub]},
        }  # fmt: skip


def _ask(method: str, params: Any) -> dict[str, Any]:
    return {"id": "1", "version": "1.0", "params": params, "method": method}


def _reply(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": "1", "code": 200, "data": data, "message": "success"}


_PLAIN: Final[dict[str, Any]] = {
    "reply": _reply({}),
    "info_update": _ask("thing.deviceinfo.update", [{"attrKey": "Floor", "attrValue": "3"}]),
    "info_delete": _ask("thing.deviceinfo.delete", [{"attrKey": "Floor"}]),
    "config_get": _ask("thing.config.get", {"configScope": "product", "getType": "file"}),
    "config_push": _ask(
        "thing.config.push",
        {
            "configId": "…", "configSize": 1024, "sign": "…", "signMethod": "Sha256", "url": "https://…",
            "getType": "file",
        },
    ),
    "tsl_get": _ask("thing.dsltemplate.get", {}),
    "log_post": _ask(
        "thing.log.post",
        [
            {
                "utcTime": "2025-11-29T08:00:00.000+0000", "logLevel": "INFO", "module": "door", "code": "200",
                "traceContext": "1", "logContent": "started",
            }
        ],
    ),
    "disable": _ask("thing.disable", {}),
    "enable": _ask("thing.enable", {}),
    "delete": _ask("thing.delete", {}),
    "topo_get": _ask("thing.topo.get", {}),
    "ota_inform": {"id": "1", "params": {"version": "1.0.0", "module": "default"}},
    "ota_upgrade": {
        "id": "1", "code": "1000",
        "data": {
            "size": 93796, "version": "1.1.0", "module": "default", "url": "https://…", "signMethod": "Md5",
            "sign": "…", "md5": "…", "isDiff": 0,
        },
    },
    "ota_progress": {"id": "1", "params": {"step": "50", "desc": "", "module": "default"}},
    "ntp_request": {"deviceSendTime": _STAMP},
    "ntp_response": {"deviceSendTime": _STAMP, "serverRecvTime": _STAMP, "serverSendTime": _STAMP},
}  # fmt: skip
