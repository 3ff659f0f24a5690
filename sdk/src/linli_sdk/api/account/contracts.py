"""Path, version and result of each method of `account`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.account.models import AccountOut
from linli_sdk.methods import Method

FREEZE_ACCOUNT: Method[str] = Method("/user/account/freeze", "1.0.1", token="none", result=str)
FIND_ACCOUNT_BY_PHONE: Method[AccountOut] = Method(
    "/user/account/querybyphone", "1.0.1", token="none", result=AccountOut
)
REGISTER_ACCOUNT: Method[str] = Method("/user/account/register", "1.0.2", token="none", result=str)
UNFREEZE_ACCOUNT: Method[None] = Method("/user/account/unfreeze", "1.0.0", token="none")
UNREGISTER_ACCOUNT: Method[str] = Method("/user/account/unregister", "1.0.1", token="none", result=str)
