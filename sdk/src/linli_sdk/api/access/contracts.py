"""Path, version and result of each method of `access`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.access.models import (
    BindingCode,
    BleCardProblem,
    CardHeldPage,
    CardProblem,
    CardStatus,
    Channel,
    CredentialTargets,
    DoorOutcome,
    DoorPage,
    HomeTerminal,
    HouseBinding,
    IssuedNumber,
    LinkageOut,
    ListRowPage,
    NewBinding,
    NewPassword,
    PermissionRowPage,
    PersonTargets,
    RoomPage,
    SipAccount,
    SipGroup,
    SipMember,
    SipServer,
    TerminalStatus,
    TollOut,
    UserOut,
    UserOutPage,
)
from linli_sdk.methods import Method

CALL_LIFT: Method[None] = Method("/elevator/control/elevator/call", "1.0.1", token="optional")
ADD_LINKAGE: Method[str] = Method("/elevator/entrance/device/add", "1.0.2", token="optional", result=str)
DELETE_LINKAGE: Method[None] = Method("/elevator/entrance/device/delete", "1.0.2", token="optional")
GET_LINKAGE: Method[LinkageOut] = Method(
    "/elevator/entrance/device/query", "1.0.2", token="optional", result=LinkageOut, reads=True
)
UPDATE_LINKAGE: Method[None] = Method("/elevator/entrance/device/update", "1.0.2", token="optional")
DELETE_CREDENTIAL: Method[None] = Method("/elevator/entrance/user/delete", "1.0.1", token="optional")
DELETE_PERSON: Method[None] = Method("/elevator/entrance/user/delete", "1.0.2", token="optional")
QUERY_CREDENTIAL: Method[CredentialTargets | None] = Method(
    "/elevator/entrance/user/query", "1.0.1", token="optional", result=CredentialTargets | None, reads=True
)
QUERY_PERSON: Method[PersonTargets | None] = Method(
    "/elevator/entrance/user/query", "1.0.2", token="optional", result=PersonTargets | None, reads=True
)
SAVE_CREDENTIAL: Method[None] = Method("/elevator/entrance/user/save", "1.0.1", token="optional")
SAVE_PERSON: Method[None] = Method("/elevator/entrance/user/save", "1.0.2", token="optional")
CARDS_OF_DOOR: Method[CardHeldPage] = Method(
    "/entrance/paas/device/perm/query", "1.0.0", token="optional", result=CardHeldPage, reads=True
)
DELETE_BLE_CARDS: Method[list[BleCardProblem]] = Method(
    "/entrance/paas/perm/blecard/batchdelete", "1.0.0", token="optional", result=list[BleCardProblem]
)
MODIFY_BLE_CARDS: Method[list[BleCardProblem]] = Method(
    "/entrance/paas/perm/blecard/batchmodify", "1.0.0", token="optional", result=list[BleCardProblem]
)
DELETE_CARDS: Method[list[CardProblem]] = Method(
    "/entrance/paas/perm/card/batchdelete", "1.0.1", token="optional", result=list[CardProblem]
)
MODIFY_CARDS: Method[list[CardProblem]] = Method(
    "/entrance/paas/perm/card/batchmodify", "1.0.2", token="optional", result=list[CardProblem]
)
CONFIG_QR: Method[list[DoorOutcome]] = Method(
    "/entrance/paas/perm/qrcode/config", "1.0.1", token="optional", result=list[DoorOutcome]
)
ENCRYPT_QR: Method[str] = Method("/entrance/paas/perm/qrcode/encrypt", "1.0.0", token="optional", result=str)
REMOVE_QR: Method[list[DoorOutcome]] = Method(
    "/entrance/paas/perm/qrcode/remove", "1.0.1", token="optional", result=list[DoorOutcome]
)
BIND_SERVER: Method[None] = Method("/entrance/paas/sipserver/bind", "1.0.0", token="optional")
BOUND_SERVER: Method[SipServer | None] = Method(
    "/entrance/paas/sipserver/getbind", "1.0.0", token="optional", result=SipServer | None
)
LIST_SERVERS: Method[list[SipServer]] = Method(
    "/entrance/paas/sipserver/query", "1.0.0", token="optional", result=list[SipServer], reads=True
)
ADD_GROUPS: Method[list[SipGroup]] = Method(
    "/entrance/paas/sipservice/group/add", "1.0.0", token="optional", result=list[SipGroup]
)
DELETE_GROUPS: Method[None] = Method("/entrance/paas/sipservice/group/delete", "1.0.0", token="optional")
ADD_MEMBERS: Method[None] = Method("/entrance/paas/sipservice/group/sip/add", "1.0.0", token="optional")
REMOVE_MEMBERS: Method[None] = Method("/entrance/paas/sipservice/group/sip/delete", "1.0.0", token="optional")
LIST_MEMBERS: Method[list[SipMember]] = Method(
    "/entrance/paas/sipservice/group/sip/list", "1.0.0", token="optional", result=list[SipMember], reads=True
)
ADD_ACCOUNTS: Method[list[SipAccount]] = Method(
    "/entrance/paas/sipservice/sip/add", "1.0.0", token="optional", result=list[SipAccount]
)
DELETE_ACCOUNTS: Method[None] = Method("/entrance/paas/sipservice/sip/delete", "1.0.0", token="optional")
GET_ACCOUNT: Method[SipAccount] = Method(
    "/entrance/paas/sipservice/sip/detail/get", "1.0.0", token="optional", result=SipAccount, reads=True
)
RENEW_PASSWORD: Method[NewPassword] = Method(
    "/entrance/paas/sipservice/sip/password/update", "1.0.0", token="optional", result=NewPassword
)
DELETE_USER: Method[None] = Method("/entrance/paas/user/delete", "1.0.0", token="optional")
GET_USER: Method[UserOut] = Method(
    "/entrance/paas/user/get", "1.0.0", token="optional", result=UserOut, reads=True
)
MODIFY_USER: Method[None] = Method("/entrance/paas/user/modify", "1.0.0", token="optional")
CARDS_OF_USERS: Method[list[CardStatus]] = Method(
    "/entrance/paas/user/perm/query", "1.0.1", token="optional", result=list[CardStatus], reads=True
)
QUERY_USERS: Method[UserOutPage] = Method(
    "/entrance/paas/user/query", "1.0.0", token="optional", result=UserOutPage, reads=True
)
ADD_ROOMS: Method[None] = Method("/entrance/paas/videointercom/map/add", "1.0.0", token="optional")
DELETE_ROOMS: Method[None] = Method("/entrance/paas/videointercom/map/delete", "1.0.0", token="optional")
QUERY_ROOMS: Method[RoomPage] = Method(
    "/entrance/paas/videointercom/map/query", "1.0.1", token="optional", result=RoomPage, reads=True
)
DOOR_NUMBER: Method[IssuedNumber | None] = Method(
    "/entrance/paas/videointercom/sipnumber/get",
    "1.0.0",
    token="optional",
    result=IssuedNumber | None,
    reads=True,
)
ISSUE_NUMBER: Method[None] = Method("/entrance/paas/videointercom/sipnumber/sync", "1.0.0", token="optional")
SAVE_HOUSE: Method[None] = Method("/entrance/paas/videointercom/space/add", "1.0.0", token="optional")
DELETE_HOUSE: Method[None] = Method("/entrance/paas/videointercom/space/delete", "1.0.0", token="optional")
GET_HOUSE: Method[HouseBinding] = Method(
    "/entrance/paas/videointercom/space/get", "1.0.0", token="optional", result=HouseBinding, reads=True
)
GENERATE_QR: Method[str] = Method("/homelink/common/qrcode/generate", "1.0.1", token="optional", result=str)
SEND_LED_CONTENT: Method[None] = Method("/parking/paas/led/content/download", "1.0.0", token="required")
BIND_TOLL: Method[None] = Method("/parking/paas/toll/bind", "1.0.0", token="required")
QUERY_TOLL: Method[TollOut] = Method(
    "/parking/paas/toll/query", "1.0.0", token="required", result=TollOut, reads=True
)
UNBIND_TOLL: Method[None] = Method("/parking/paas/toll/unbind", "1.0.0", token="required")
ADD_PERMISSIONS: Method[None] = Method("/parking/paas/vehicle/permission/add", "1.0.0", token="required")
DELETE_PERMISSIONS: Method[None] = Method(
    "/parking/paas/vehicle/permission/delete", "1.0.0", token="required"
)
QUERY_PERMISSIONS: Method[PermissionRowPage] = Method(
    "/parking/paas/vehicle/permission/query", "1.0.0", token="required", result=PermissionRowPage, reads=True
)
ADD_TO_LIST: Method[None] = Method("/parking/paas/vehicle/special/concerns/add", "1.0.0", token="required")
DELETE_FROM_LIST: Method[None] = Method(
    "/parking/paas/vehicle/special/concerns/delete", "1.0.1", token="required"
)
QUERY_LIST: Method[ListRowPage] = Method(
    "/parking/paas/vehicle/special/concerns/query", "1.0.0", token="required", result=ListRowPage, reads=True
)
BIND_TERMINAL: Method[NewBinding] = Method(
    "/solution/community/intercom/device/bind", "1.0.0", token="optional", result=NewBinding
)
CHANNEL: Method[Channel] = Method(
    "/solution/community/intercom/device/channel/get", "1.0.0", token="none", result=Channel, reads=True
)
UNBIND_HERE: Method[None] = Method("/solution/community/intercom/device/end/unbind", "1.0.0", token="none")
LIST_TERMINALS: Method[list[HomeTerminal]] = Method(
    "/solution/community/intercom/device/list",
    "1.0.0",
    token="optional",
    result=list[HomeTerminal],
    reads=True,
)
BINDING_CODE: Method[BindingCode] = Method(
    "/solution/community/intercom/device/qrcode/get", "1.0.0", token="none", result=BindingCode, reads=True
)
RENAME_TERMINAL: Method[None] = Method(
    "/solution/community/intercom/device/rename", "1.0.0", token="optional"
)
BINDING_STATUS: Method[TerminalStatus] = Method(
    "/solution/community/intercom/device/status/get", "1.0.1", token="none", result=TerminalStatus, reads=True
)
UNBIND_TERMINAL: Method[None] = Method(
    "/solution/community/intercom/device/unbind", "1.0.0", token="optional"
)
USABLE_DOORS: Method[DoorPage] = Method(
    "/solution/community/intercom/entrance/device/list", "1.0.0", token="none", result=DoorPage, reads=True
)
OPEN_DOOR: Method[None] = Method("/solution/community/intercom/unitdoor/open", "1.0.1", token="none")
