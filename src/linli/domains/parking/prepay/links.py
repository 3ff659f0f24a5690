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
STAY_MINUTES: Final = 120


class ParkingLinks:
    """`base_url`: how phones reach this installation, without a slash at the end."""

    def __init__(self, secrets: Secrets, base_url: str) -> None:
        self._links = SignedLinks(secrets, "parking pages")
        self.base_url = base_url

    def lot_url(self, lot_id: int) -> str:
        return f"{self.base_url}/park/{self._links.token(LOT, lot_id)}"

    def exit_url(self, lane_id: int) -> str:
        return f"{self.base_url}/park/{self._links.token(EXIT, lane_id)}"

    def stay_path(self, stay_id: int, *, now_ms: int) -> str:
        return f"/park/{self._links.token(STAY, stay_id, now_ms // 60_000 + STAY_MINUTES)}"

    def read(self, token: str, *, now_ms: int) -> tuple[int, int]:
        """(kind, number); (0, 0) for a link that is none, or no longer."""
        numbers = self._links.read_all(token)
        if len(numbers) == 2 and numbers[0] in (LOT, EXIT):
            return numbers[0], numbers[1]
        if len(numbers) == 3 and numbers[0] == STAY and now_ms // 60_000 <= numbers[2]:
            return STAY, numbers[1]
        return 0, 0
