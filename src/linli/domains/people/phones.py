"""Who reads and finds whole phones at the console: one rule for lists, panels, searches, histories and exports."""

import re
from typing import Final

from linli.domains.people.person_rules import mask_phone
from linli.domains.people.rights import Right, Rights
from linli.kernel.scope import Scope

OF_RESIDENTS: Final = (Right.PHONES_SEE, Right.RESIDENTS_MANAGE)
"""Each of them shows whole phones of residents and users: who changes a phone reads it."""
OF_VISITORS: Final = (Right.PHONES_SEE, Right.VISITORS_MANAGE)
"""Each of them shows the whole phone of one visit; in lists it is masked for everybody."""
_WHOLE: Final = re.compile(r"\+?\d{7,15}")


class PhoneSight:
    """How an account sees phones in a community, or, with None, in everything that its scope reaches."""

    def __init__(
        self,
        rights: Rights,
        scope: Scope,
        community_id: int | None,
        *,
        readers: tuple[Right, ...] = OF_RESIDENTS,
    ) -> None:
        places: list[int | None] = [community_id]
        if community_id is None and scope.communities is not None:
            places = [*scope.communities]
        self.whole: Final = all(
            any(rights.may(right, tenant_id=scope.tenant, community_id=place) for right in readers)
            for place in places
        )

    def shown(self, phone: str | None) -> str:
        """The phone, its middle hidden from who may not read it; empty for none."""
        return (phone or "") if self.whole else mask_phone(phone or "")

    def finds(self, text: str) -> bool:
        """Whether a search may look for the text in parts of phones: else hidden digits could be tried out."""
        return self.whole or not any(character.isdigit() for character in text)

    @staticmethod
    def whole_number(text: str) -> str | None:
        """The text if it is a whole phone, which everybody may look for; else None."""
        return text if _WHOLE.fullmatch(text) else None
