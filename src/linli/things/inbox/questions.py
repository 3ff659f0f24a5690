"""Uplinks that ask for something stored: answered after the commit of what the device sent before them."""

from typing import Any, NamedTuple

from linli.kernel import telemetry
from linli.kernel.db import Database
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.topics import UplinkKind
from linli.things.fleet import DeviceEntry
from linli.things.inbox.arrival import BAD_PARAMS, NOT_STORED, Post
from linli.things.mqtt.ports import Uplink
from linli.things.queries.desired import desired_of

log = telemetry.logger(__name__)


class Question(NamedTuple):
    uplink: Uplink
    device: DeviceEntry
    post: Post


class Questions:
    """One answer for each kind of uplink that asks."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._answers = {UplinkKind.DESIRED_GET: self._desired}

    async def answer(self, question: Question) -> bytes:
        """The reply; one that says so where the question cannot be answered now."""
        try:
            return await self._answers[question.uplink.topic.kind](question)
        except Exception:
            log.exception("inbox: %s cannot be answered", question.uplink.topic.text)
            return envelope.reply(question.post, code=NOT_STORED, message="cannot be answered now")

    async def _desired(self, question: Question) -> bytes:
        """`["LightSwitch"]` -> `{"LightSwitch": {"value": 1, "version": 2}}`; all of them for an empty list."""
        device, post = question.device, question.post
        wanted: Any = post.params
        known = device.product.compiled.rules
        if not isinstance(wanted, list) or not all(isinstance(w, str) and w in known for w in wanted):
            return envelope.reply(
                post, code=BAD_PARAMS, message="params: must be a list of properties of the thing model"
            )
        held = await desired_of(self._db, device_no=device.device_no)
        data = {
            identifier: {"value": item.value, "version": item.version}
            for identifier, item in held.items()
            if not wanted or identifier in wanted
        }
        return envelope.reply(post, data=data, method="thing.property.desired.get")
