"""A few residents of the sample whom the gates know by their face.

The pictures are drawn and show nobody. Where faces are on and the photographs that packages ship were fetched for the
tests, the first residents have those, so that there is somebody to recognise.
"""

import hashlib
import random
from typing import Final

from linli.app.platform import Platform
from linli.demo import photographs, picture, town
from linli.demo.place import Place
from linli.domains.faces.queries.images import images_of_persons
from linli.domains.faces.service import images, permissions
from linli.domains.faces.service.consents import Attest
from linli.domains.faces.service.images import ImageWish
from linli.domains.faces.service.permissions import FaceDevice
from linli.domains.faces.service.pictures import Picture
from linli.domains.faces.service.users import IDENTITY, User
from linli.kernel.db import Tx
from linli.sim.face_door import SimulatedFaceDoor

KNOWN: Final = 8
"""How many residents have a face at the gates."""
_GROWN: Final = 18
_WARM: Final = 0.03
"""Of those measured, how many have a temperature worth a second look."""


class Snapshots:
    """Residents look into the gates' cameras. The cameras take a picture and their temperature."""

    def __init__(self, platform: Platform, site: Place) -> None:
        self._platform = platform
        self._site = site
        self._pictures: dict[str, bytes] = {}

    async def look(self, person: town.Neighbour, door: SimulatedFaceDoor, chance: random.Random) -> bool:
        """Whether the door knows faces and the person has one; then it opened, or said why not, with a snapshot."""
        if not door.library.faces or not (seen := await self._picture(person.identity_id)):
            return False
        try:
            capture = await door.upload_capture(seen)
        except (TimeoutError, OSError):
            return False  # the line is bad: the card in the pocket works all the same
        warmth = 37.6 if chance.random() < _WARM else chance.uniform(36.1, 36.9)
        door.show_face(door.recognise(seen), capture=capture, temperature=round(warmth, 1))
        return True

    async def _picture(self, identity_id: str) -> bytes:
        if identity_id not in self._pictures:
            by_person = await images_of_persons(self._site.tenant, self._platform.db, [identity_id])
            images = by_person.get(identity_id, [])
            self._pictures[identity_id] = (
                await self._platform.objects.get(images[-1].object_key) if images else b""
            )
        return self._pictures[identity_id]


async def ensure(platform: Platform, site: Place) -> None:
    """Give what is missing: picture, consent on paper, and the two southern gates."""
    there = await town.look(platform, site)
    gates = [there.door("gate-south-in"), there.door("gate-south-out")]
    devices = [FaceDevice(iot_id, site.community.community_id) for iot_id in gates if iot_id]
    grown = [person for person in there.people if person.age >= _GROWN]
    chosen = random.Random(KNOWN).sample(grown, min(KNOWN, len(grown)))
    by_person = await images_of_persons(
        site.tenant, platform.db, [neighbour.identity_id for neighbour in chosen]
    )
    manager = await site.staff(platform, "manager")
    shots = photographs.photographs() if platform.settings.faces.models else []
    for number, person in enumerate(chosen):
        if person.identity_id in by_person:
            continue
        content, suffix = (shots or [(picture.portrait(number), "png")]).pop(0)
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        drawn = Picture(content, suffix, md5)
        key = await images.store(manager, platform.objects, drawn, platform.ids)

        async def keep(
            tx: Tx, person: town.Neighbour = person, key: str = key, drawn: Picture = drawn
        ) -> None:
            image = await images.save_image(
                manager,
                tx,
                user=User("", IDENTITY, person.identity_id, person.identity_id, person.name),
                wish=ImageWish(source="console", community_id=site.community.community_id),
                stored=images.StoredPicture(object_key=key, picture=drawn),
                attest=Attest(how="on_paper"),
                ids=platform.ids,
                now_ms=platform.clock.now_ms(),
            )
            for device in devices:
                await permissions.give(
                    manager, tx, image=image, device=device, now_ms=platform.clock.now_ms()
                )

        await platform.db.run(keep)
