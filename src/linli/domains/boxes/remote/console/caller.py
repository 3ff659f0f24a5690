"""What all routes that ask a box share: who asks, as the audit shall show it."""

from typing import Any

from linli.domains.boxes.remote.service.tunnels import By
from linli.domains.people.rights import Right, Rights

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value


def by(rights: Rights, session: Any) -> By:
    return By(rights.name, session.id)
