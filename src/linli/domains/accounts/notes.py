"""A route's notes on its request for the security log: the log-in concerned, and the reason of a refusal."""

from typing import Any, Final

from litestar import Request

ACCOUNT: Final = "noted_account"
"""Where a request keeps the log-in that it is about."""
REASON: Final = "refused_because"
"""Where it keeps the code that it was refused with."""


def name_account(request: Request[Any, Any, Any], account_id: int) -> None:
    """Note which log-in a request without a session is about."""
    request.scope.setdefault("state", {})[ACCOUNT] = account_id


def name_refusal(request: Request[Any, Any, Any], reason: str) -> None:
    """Say why a request is refused whose answer is no error: the browser is sent to a page."""
    request.scope.setdefault("state", {})[REASON] = reason
