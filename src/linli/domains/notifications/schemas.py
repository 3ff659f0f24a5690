"""Requests and answers of pages about notifications."""

from typing import Annotated

import msgspec
from msgspec import Meta


class PushKeyOut(msgspec.Struct, rename="camel", frozen=True):
    key: Annotated[str, Meta(description="applicationServerKey of this installation, base64url.")]


class PushKeys(msgspec.Struct, frozen=True):
    p256dh: Annotated[str, Meta(max_length=200)]
    auth: Annotated[str, Meta(max_length=100)]


class Subscribe(msgspec.Struct, frozen=True):
    """As PushSubscription.toJSON() of a browser gives it."""

    endpoint: Annotated[str, Meta(max_length=2000)]
    keys: PushKeys


class Unsubscribe(msgspec.Struct, frozen=True):
    endpoint: Annotated[str, Meta(max_length=2000)]


class KindRow(msgspec.Struct, frozen=True):
    kind: str
    push: bool
    sms: bool


class NotificationSettings(msgspec.Struct, rename="camel", frozen=True):
    kinds: list[KindRow]
    quiet_from: Annotated[int | None, Meta(description="Minute of the day; null: no quiet hours.")]
    quiet_to: int | None
    browsers: Annotated[int, Meta(description="Browsers of this log-in that messages are pushed to.")]
    sms: Annotated[bool, Meta(description="Whether this installation sends text messages at all.")]


class NotificationChange(msgspec.Struct, rename="camel", frozen=True):
    kinds: Annotated[list[KindRow], Meta(max_length=50)]
    quiet_from: int | None = None
    quiet_to: int | None = None


class Tried(msgspec.Struct, frozen=True):
    browsers: Annotated[int, Meta(description="To how many browsers a message is on its way.")]
