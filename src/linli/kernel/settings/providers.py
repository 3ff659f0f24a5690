"""Sections of services that are somebody else's: short messages, maps, browsers' notifications, people who answer."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class SmsGateway(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How one-time codes reach phones."""

    provider: Annotated[
        Literal["outbox", "http", "off"],
        Meta(
            description="outbox: messages wait on the operator's page; http: a gateway sends them; off: no codes."
        ),
    ] = "outbox"
    url: Annotated[str, Meta(description="Where the gateway takes messages (http).")] = ""
    token: Annotated[str, Meta(description="Sent to the gateway as a bearer token.")] = ""
    timeout_seconds: Annotated[float, Meta(gt=0, le=60)] = 10.0

    @property
    def reaches_phones(self) -> bool:
        """Whether a gateway takes messages; otherwise they wait on the operator's page, or there are none."""
        return self.provider == "http"


class MapProvider(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A map service beside the catalogue of places, when communities are claimed."""

    search_url: Annotated[
        str,
        Meta(
            description="Answers {pois: […]}; {keywords}, {city} and {citylimit} are filled in. Empty: catalogue only."
        ),
    ] = ""
    timeout_seconds: Annotated[float, Meta(gt=0, le=60)] = 5.0


class Support(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The contact for applicants who ask how far their application is."""

    group: Annotated[str, Meta(description="Number of the chat group that applicants may join.")] = ""
    phone: str = ""
    hours: Annotated[str, Meta(description="When somebody answers, in words.")] = ""


class Push(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Notifications of browsers, sent through the push services of their makers."""

    contact: Annotated[
        str,
        Meta(description="mailto: or https: address that push services may write to; empty: the public URL."),
    ] = ""
    timeout_seconds: Annotated[float, Meta(gt=0, le=60)] = 15.0


class Payments(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Who takes payments over the network, such as parking fees on drivers' phones."""

    cashier: Annotated[
        bool,
        Meta(
            description="A stand-in for a payment provider, for samples and trials: a page on which whoever has its "
            "link says that they paid. No money moves. false: nobody takes payments over the network."
        ),
    ] = False
