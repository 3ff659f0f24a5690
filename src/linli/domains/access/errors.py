"""Errors of doors and their permissions. Body codes as in spec E 8."""

from typing import ClassVar

from linli.kernel.errors import BadInput, Conflict, NotFound, TooMany, Unavailable


class PersonUnknown(NotFound):
    """No door person by this identityId in the caller's scope (403 `user does not exist`)."""

    code = "access.person_unknown"
    api_code: ClassVar[int | str | None] = 403

    def __init__(self, identity_id: str) -> None:
        super().__init__(what="user", id=identity_id)


class DoorUnknown(NotFound):
    """Not a door of the caller's communities (403, 无效的设备ID)."""

    code = "access.door_unknown"
    api_code: ClassVar[int | str | None] = 403

    def __init__(self, iot_id: str) -> None:
        super().__init__(what="device", id=iot_id)


class SerialNumberUnknown(NotFound):
    code = "access.sn_unknown"

    def __init__(self, sn: str) -> None:
        super().__init__(what="sn", id=sn)


class QrCodeUnknown(BadInput):
    """Not generated for this person in the caller's project."""

    code = "access.qr_unknown"

    def __init__(self) -> None:
        super().__init__(field="qrCode", rule="unknown")


class CodeUnreadable(BadInput):
    """The door's scanner reads codes of another form only (G-C15)."""

    code = "access.code_unreadable"

    def __init__(self) -> None:
        super().__init__(field="qrCode", rule="code_form")


class CodeFormsDiffer(BadInput):
    """One code cannot be read by all of these doors: each has a form of its own."""

    code = "access.code_forms_differ"

    def __init__(self) -> None:
        super().__init__(field="iotIds", rule="one_code_form")


class CommunityNotClear(BadInput):
    """The call has no cloudToken and the code opens doors of no or several communities, each with its own key."""

    code = "access.community_not_clear"

    def __init__(self) -> None:
        super().__init__(field="cloudToken", rule="required")


class DoorOffline(Unavailable):
    code = "access.door_offline"
    api_code: ClassVar[int | str | None] = 460


class CardUnknown(NotFound):
    """No such card permission on the door."""

    code = "access.card_unknown"
    api_code: ClassVar[int | str | None] = 460

    def __init__(self) -> None:
        super().__init__(what="card")


class ProviderInUse(Conflict):
    """The community's doors are of the present provider: one provider a community, no mixing."""

    code = "access.provider_in_use"


class ProviderMismatch(Conflict):
    """The device is of another product than the community's door provider has."""

    code = "access.provider_mismatch"


class CredentialTaken(Conflict):
    """The card or PIN belongs to another person already."""

    code = "access.credential_taken"


class CredentialUnknown(NotFound):
    code = "access.credential_unknown"

    def __init__(self) -> None:
        super().__init__(what="credential")


class NoKey(NotFound):
    """The person has no key here."""

    code = "access.no_key"

    def __init__(self) -> None:
        super().__init__(what="key")


class DoorsHere(Conflict):
    """Doors stand in, or ring at, a space that was about to be deleted; `doors` names them."""

    code = "access.doors_here"


class TriedTooOften(TooMany):
    code = "access.tried_too_often"


class PinTaken(Conflict):
    """Says no more than that another one is needed."""

    code = "access.pin_taken"


class CannotRestore(Conflict):
    """It ended by itself, has expired, or its doors are gone: it must be given again."""

    code = "access.cannot_restore"


class FollowsItsOwner(Conflict):
    """A key comes and goes with where its owner lives or works."""

    code = "access.follows_its_owner"


class AlarmTaken(Conflict):
    """Another person looks after it: `name`."""

    code = "access.alarm_taken"


class AlarmNotTaken(Conflict):
    code = "access.alarm_not_taken"


class AlarmClosed(Conflict):
    code = "access.alarm_closed"


class AlarmNotClosed(Conflict):
    code = "access.alarm_not_closed"


class AlarmMovedOn(Conflict):
    """More happened since the step that was to be taken back."""

    code = "access.alarm_moved_on"
