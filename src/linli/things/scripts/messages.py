"""Between scripts and messages: the allowed results of a script, and their topics. Pure."""

from typing import Any, Final

from linli.protocols.linkkit.topics import RAW_MARK, UplinkKind, UplinkTopic, parse_uplink, sys_topic

SHORT_ID: Final = 2**31
"""Devices keep ids in 4 bytes: a downlink's id is the call's number modulo this."""
_NO_UPLINK: Final = frozenset(
    {
        UplinkKind.OTHER,
        UplinkKind.RRPC_RESPONSE,
        UplinkKind.MODEL_UP_RAW,
        UplinkKind.MODEL_DOWN_RAW_REPLY,
        UplinkKind.SERVICE_REPLY,
    }
)


class Unusable(ValueError):
    """A script returned what is no message; `str()` says why."""


def read_bytes(value: Any) -> bytes:
    """A list of numbers from -128 to 255, the negative ones in two's complement. Raises Unusable."""
    if not isinstance(value, list) or not all(
        type(number) is int and -128 <= number <= 255 for number in value
    ):
        raise Unusable("must return an array of bytes")
    return bytes(number & 0xFF for number in value)


def read_message(value: Any) -> dict[str, Any]:
    """A message with an `id` that is text and, in a reply, a `code` that is a number. Raises Unusable."""
    if not isinstance(value, dict):
        raise Unusable("must return an object")
    message = {**value, "id": str(value.get("id", ""))}
    if "code" in message:
        try:
            message["code"] = int(message["code"])
        except (TypeError, ValueError):
            raise Unusable("code must be a number") from None
    return message


def is_reply(message: dict[str, Any]) -> bool:
    """Whether it answers a downlink; else it tells or asks something."""
    return "code" in message and "params" not in message


def topic_of(message: dict[str, Any], product_key: str, device_name: str) -> UplinkTopic:
    """Where a device that speaks the thing model would have sent it: `thing.event.property.post` -> `/sys/…/thing/…`.

    Raises Unusable.
    """
    method = message.get("method")
    if not isinstance(method, str) or not method.startswith("thing."):
        raise Unusable("method must name what is sent, such as thing.event.property.post")
    topic = parse_uplink(sys_topic(product_key, device_name, method.replace(".", "/")))
    if topic is None or topic.kind in _NO_UPLINK:
        raise Unusable(f"{method[:100]} is nothing that a device sends")
    return topic


def reply_topic(product_key: str, device_name: str, identifier: str) -> UplinkTopic:
    text = sys_topic(product_key, device_name, f"thing/service/{identifier}_reply")
    return UplinkTopic(UplinkKind.SERVICE_REPLY, product_key, device_name, text, identifier)


def plain_topic(marked: UplinkTopic) -> UplinkTopic:
    """The free topic without the mark for the script."""
    text = marked.text.removesuffix(RAW_MARK)
    return UplinkTopic(UplinkKind.USER, marked.product_key, marked.device_name, text, marked.identifier)
