"""Links of the drivers' pages. The first number says of what."""

from typing import Final

from linli.kernel.links import SignedLinks
from linli.kernel.secrets import Secrets

LOT: Final = 1
"""(lot): the page that asks for a plate; on posters."""
STAY: Final = 2
"""(stay, minute until which it is good): after a plate was named."""
EXIT: Final = 3
"""(lane): the car that waits at an exit; on its screen."""
COUPON: Final = 4
"""(offer, number of the code, second until which it is good): on a merchant's screen."""
CLAIM: Final = 5
"""The same, of the one phone that scanned it."""
CODE_SECONDS: Final = 60
CLAIM_SECONDS: Final = 300
STAY_MINUTES: Final = 120


class ParkingLinks:
    """`base_url`: how phones reach this installation, without a slash at the end."""

    def __init__(self, secrets: Secrets, base_url: str) -> None:
        self._links = SignedLinks(secrets, "parking pages")
        self.base_url = base_url

    def cookie_ending(self, scheme: str) -> str:
        """What a cookie of these pages ends with: by https it never travels in the open. `scheme`: of the request."""
        return "; Secure" if scheme == "https" or self.base_url.startswith("https:") else ""

    def lot_url(self, lot_id: int) -> str:
        return f"{self.base_url}/park/{self._links.token(LOT, lot_id)}"

    def exit_url(self, lane_id: int) -> str:
        return f"{self.base_url}/park/{self._links.token(EXIT, lane_id)}"

    def stay_path(self, stay_id: int, *, now_ms: int) -> str:
        return f"/park/{self._links.token(STAY, stay_id, now_ms // 60_000 + STAY_MINUTES)}"

    def coupon_url(self, offer_id: int, code_no: int, *, now_ms: int) -> str:
        token = self._links.token(COUPON, offer_id, code_no, now_ms // 1000 + CODE_SECONDS)
        return f"{self.base_url}/coupon/{token}"

    def claim_path(self, offer_id: int, code_no: int, *, now_ms: int) -> str:
        return f"/coupon/{self._links.token(CLAIM, offer_id, code_no, now_ms // 1000 + CLAIM_SECONDS)}"

    def read_coupon(self, token: str, *, now_ms: int) -> tuple[int, int, int]:
        """(kind, offer, number of the code); zeros for a link that is none, or no longer."""
        numbers = self._links.read_all(token)
        if len(numbers) == 4 and numbers[0] in (COUPON, CLAIM) and now_ms // 1000 <= numbers[3]:
            return numbers[0], numbers[1], numbers[2]
        return 0, 0, 0

    def read(self, token: str, *, now_ms: int) -> tuple[int, int]:
        """(kind, number); (0, 0) for a link that is none, or no longer."""
        numbers = self._links.read_all(token)
        if len(numbers) == 2 and numbers[0] in (LOT, EXIT):
            return numbers[0], numbers[1]
        if len(numbers) == 3 and numbers[0] == STAY and now_ms // 60_000 <= numbers[2]:
            return STAY, numbers[1]
        return 0, 0
