"""One uplink on its way into a batch, and how its device is answered."""

from collections.abc import Sequence

import msgspec

from linli.protocols.linkkit import envelope
from linli.things.errors import explain
from linli.things.fleet import DeviceEntry
from linli.things.inbox.batch import Batch
from linli.things.inbox.envelopes import BAD_PARAMS, Post, method_of
from linli.things.mqtt.ports import Uplink
from linli.tsl import Problem, ValueRefused


class Arrival(msgspec.Struct, gc=False):
    """The inputs of a reader: the batch, the message, its sender, its time."""

    batch: Batch
    uplink: Uplink
    device: DeviceEntry
    now_ms: int

    def accept(self, post: Post, dropped: Sequence[Problem] = ()) -> None:
        """Say success after the commit; `data` names each value that was dropped, with the limit it broke."""
        answer = None if dropped else envelope.accepted(post)
        if answer is None:
            data = {problem.path: explain(problem, "en") for problem in dropped} if dropped else None
            answer = envelope.reply(post, data=data, method=method_of(self.uplink.topic.text))
        self.batch.replies.append((self.uplink, answer))

    def refuse(self, error: Exception, code: int = BAD_PARAMS) -> None:
        """Say why nothing of the message is kept."""
        text = explain(error.problem, "en") if isinstance(error, ValueRefused) else str(error)
        if not self.uplink.topic.reply:
            return
        try:
            request = envelope.read_request(self.uplink.payload)
        except envelope.EnvelopeError:
            request = envelope.Request()
        answer = envelope.reply(request, code=code, message=text, method=method_of(self.uplink.topic.text))
        self.batch.refused.append((self.uplink, text))
        self.batch.replies.append((self.uplink, answer))
