"""Path, version and result of each method of `subscriptions`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.subscriptions.models import (
    Created,
    DeadPage,
    Shown,
    Ticket,
)
from linli_sdk.methods import Method

CONFIRM: Method[None] = Method("/message/subscription/ack", "1.0.0", token="none")
CREATE: Method[Created] = Method("/message/subscription/create", "1.0.0", token="none", result=Created)
DEAD: Method[DeadPage] = Method(
    "/message/subscription/dead/list", "1.0.0", token="none", result=DeadPage, reads=True
)
RESEND: Method[int] = Method("/message/subscription/dead/resend", "1.0.0", token="none", result=int)
DELETE: Method[None] = Method("/message/subscription/delete", "1.0.0", token="none")
LIST_ALL: Method[list[Shown]] = Method(
    "/message/subscription/list", "1.0.0", token="none", result=list[Shown], reads=True
)
REPLAY_FROM: Method[None] = Method("/message/subscription/replay", "1.0.0", token="none")
TEST: Method[int] = Method("/message/subscription/test", "1.0.0", token="none", result=int)
TICKET: Method[Ticket] = Method(
    "/message/subscription/ticket/get", "1.0.0", token="none", result=Ticket, reads=True
)
UPDATE: Method[None] = Method("/message/subscription/update", "1.0.0", token="none")
