"""Payloads of this room's jobs, and what its pages show."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.faces.queries.erasures import ErasureReport
from linli.kernel import i18n

DROP_FILE = "faces.drop_file"
"""Outbox job: a file for a device or a subscriber that is not needed any more."""


class FaceDoor(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    name: str
    status: Annotated[str, Meta(description="Wire status, e.g. `transferred`.")]
    reason: Annotated[str, Meta(description="Why it got no further, in words; empty when nothing is wrong.")]
    changed_ms: int


class ConsentOut(msgspec.Struct, rename="camel", frozen=True):
    how: Annotated[str, Meta(description="in_app, on_paper or project_attested")]
    text_version: str
    given_ms: int
    expires_ms: int | None


class FaceOut(msgspec.Struct, rename="camel", frozen=True):
    """A person's face, also where there is none."""

    present: bool
    picture_url: Annotated[str | None, Meta(description="Good for some minutes.")]
    denied: Annotated[bool, Meta(description="Whoever matches is turned away.")]
    expires_ms: int | None
    consent: ConsentOut | None
    doors: list[FaceDoor]
    text_version: Annotated[str, Meta(description="Of the consent text that is asked now.")]
    text: Annotated[str, Meta(description="The consent text, in the caller's language.")]


class FacePicture(msgspec.Struct, rename="camel"):
    picture: Annotated[
        str, Meta(description="base64 of a JPEG or PNG of at most 800 pixels a side and 1 MB.")
    ]


class FaceSave(msgspec.Struct, rename="camel"):
    picture: Annotated[
        str, Meta(description="base64 of a JPEG or PNG of at most 800 pixels a side and 1 MB.")
    ]
    text_version: Annotated[str, Meta(description="Of the text that was agreed to.")]
    agreed: Annotated[bool, Meta(description="Must be true: no face without consent.")]
    guardian: Annotated[str, Meta(description="Who agreed for a minor.")] = ""
    expires_ms: Annotated[int | None, Meta(description="Until when; at most three years ahead.")] = None
    purpose: Annotated[
        Literal["door_access"], Meta(description="What the face may be used for: opening doors.")
    ] = "door_access"
    proof: Annotated[
        str, Meta(description="base64 of the signed form (PDF, JPEG, PNG of at most 4 MB); empty: none.")
    ] = ""


class FaceLook(msgspec.Struct, rename="camel", frozen=True):
    good: bool
    hints: Annotated[list[str], Meta(description="What to do better, in words.")]


class ErasureDeviceOut(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    name: str
    confirmed_ms: int | None
    gone_ms: Annotated[int | None, Meta(description="The device was removed from the platform.")]


class ErasureOut(msgspec.Struct, rename="camel", frozen=True):
    id: str
    identity_id: str
    person: str
    reason: str
    asked_ms: int
    picture_ms: int | None
    finished_ms: int | None
    confirmed: int
    devices: list[ErasureDeviceOut]

    @staticmethod
    def of(report: ErasureReport, person: str) -> "ErasureOut":
        row = report.erasure
        return ErasureOut(
            id=str(row.id),
            identity_id=row.identity_id,
            person=person,
            reason=row.reason,
            asked_ms=row.asked_ms,
            picture_ms=row.picture_ms,
            finished_ms=row.finished_ms,
            confirmed=report.confirmed,
            devices=[
                ErasureDeviceOut(device.iot_id, device.device_name, device.confirmed_ms, device.gone_ms)
                for device in report.devices
            ],
        )


type ConsentText = Literal["resident", "staff"]
"""The text of the consent; both languages are of one version."""


def consent_text(language: str, text: ConsentText = "resident") -> str:
    return i18n.text("faces.consent.staff_text" if text == "staff" else "faces.consent.text", language)
