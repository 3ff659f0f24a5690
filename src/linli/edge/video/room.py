"""The video component as its pages and the platform use it. Spec D 1.1, 1.2, 5.1-5.5.

One instance, or three that fill one after the other. Devices and identities are kept; connections are what they are.
"""

import asyncio
from collections.abc import Sequence

import msgspec

from linli.edge.store import Store
from linli.edge.video import naming
from linli.edge.video.camera import Address, Camera, Look
from linli.edge.video.certificates import read_certificates
from linli.edge.video.errors import CameraFailed, VideoRefused
from linli.edge.video.forms import channel_row, checked, clean_ip
from linli.edge.video.instance import EVERY_S, Instance
from linli.edge.video.keeping import Kept
from linli.edge.video.links import names_of, read_links
from linli.edge.video.ports import Answers, NewUplink, TellsAlarms
from linli.edge.video.rows import (
    CHANNEL,
    INSTANCE_MOST,
    INSTANCES,
    IPC,
    NVR,
    SINGLE_MOST,
    Added,
    ChangeForm,
    DeviceForm,
    VideoDevice,
)
from linli.kernel.clock import Clock
from linli.kernel.errors import NotFound
from linli.protocols.edge_link import DeviceKey
from linli.protocols.onvif import Channel


class VideoRoom:
    """One per box. `start` with the gateways that the platform gave (three), or with none: the single edition."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        new_uplink: NewUplink,
        *,
        tell: TellsAlarms,
        every_s: float = EVERY_S,
    ) -> None:
        """`tell`: what cameras alarm of."""
        self._clock = clock
        self._new_uplink = new_uplink
        self._tell = tell
        self._every_s = every_s
        self._kept = Kept(store)
        self._turn = asyncio.Lock()
        self.instances: dict[int, Instance] = {}
        self.three = False
        self.answers: Answers | None = None
        """Who answers calls of the cameras' services."""

    # life

    async def start(self, gateways: Sequence[DeviceKey] = ()) -> None:
        await self._kept.load()
        self.three = bool(gateways)
        for number in range(INSTANCES if self.three else 1):
            self.instances[number] = Instance(
                number,
                lambda at=number: self._of(at),  # type: ignore[misc]
                clock=self._clock,
                new_uplink=self._new_uplink,
                tell=self._tell,
                every_s=self._every_s,
                answers=self.answers,
            )
        given = dict(enumerate(gateways)) if self.three else self._kept.gateways
        for number, instance in self.instances.items():
            await instance.start(given.get(number))

    async def stop(self) -> None:
        instances, self.instances = self.instances, {}
        for instance in instances.values():
            await instance.stop()

    @property
    def running(self) -> bool:
        return bool(self.instances)

    def failing(self) -> str:
        return "; ".join(why for instance in self.instances.values() if (why := instance.failing))

    async def restart(self, number: int) -> None:
        """This instance alone; the others keep their lines."""
        async with self._turn:
            instance = self._instance(number)
            await instance.stop()
            await instance.start(instance.gateway)

    # reading

    @property
    def devices(self) -> list[VideoDevice]:
        return list(self._kept.devices.values())

    def device(self, no: int) -> VideoDevice:
        """Raises NotFound."""
        row = self._kept.devices.get(no)
        if row is None or row.instance not in self.instances:
            raise NotFound(what="edge_video_device", id=no)
        return row

    def _of(self, instance: int) -> list[VideoDevice]:
        return [row for row in self.devices if row.instance == instance]

    def used(self, instance: int) -> int:
        return naming.used(self.devices, instance, three=self.three)

    @property
    def most(self) -> int:
        return INSTANCE_MOST if self.three else SINGLE_MOST

    @property
    def names(self) -> dict[str, str]:
        """The uploaded DeviceNames, each with the local name that it is assigned to, or empty."""
        taken = self.names_taken
        return {name: taken.get(name, "") for name in sorted(self._kept.certificates)}

    # devices

    async def test(self, form: DeviceForm) -> tuple[Look, int]:
        """Ask a device that is not kept; also how many recordings it has. Raises BadInput, VideoRefused, CameraFailed."""
        form = checked(form, ())
        camera = next(iter(self.instances.values())).try_out(Address.of(form))
        return await camera.look(), len(await camera.recordings())

    def look_soon(self) -> None:
        """Ask all devices now, instead of in half a minute."""
        for instance in self.instances.values():
            instance.look_soon()

    async def add(self, form: DeviceForm, *, instance: int | None = None) -> Added:
        """A camera, or a recorder with the cameras that it tells. `instance`: where the caller wants it; else the first
        with room. Raises BadInput, VideoRefused."""
        async with self._turn:
            form = checked(form, self.devices)
            look, failure = await self._tried(form)
            if look is not None and form.kind == IPC and len(look.channels) > 1:
                raise VideoRefused("is_recorder", field="kind", cameras=len(look.channels))
            channels = look.channels if look is not None and form.kind == NVR else []
            number = self._place(naming.sizes(form.kind, len(channels), three=self.three), instance)
            row = VideoDevice(
                no=0, instance=number, kind=form.kind, name=form.name, alias=form.alias, model=form.model,
                protocol=form.protocol, ip=form.ip, port=form.port, user=form.user, password=form.password,
                remark=form.remark, endpoint=form.endpoint, identity=self._matching(form.kind, form.name),
            )  # fmt: skip
            below = [channel_row(row, -1, channel) for channel in channels]
            rows = await self._kept.add([row, *below])
            at = self.instances[number]
            if look is not None:
                at.heard(rows[0], look)
            elif failure is not None:
                at.silent(rows[0], failure)
            await at.identities()
            why, detail = (failure.why, failure.detail) if failure is not None else ("", "")
            if look is not None and form.kind == NVR and not channels:
                why = "no_channels"
            return Added(rows[0].no, number, len(channels), why, detail)

    async def pull(self, no: int) -> Added:
        """Ask a recorder for its cameras again: new ones are added, those that are there keep their identities.

        Raises NotFound, VideoRefused, CameraFailed.
        """
        async with self._turn:
            row = self.device(no)
            if row.kind != NVR:
                raise VideoRefused("no_recorder", field="no")
            at = self.instances[row.instance]
            try:
                look = await at.camera(row).look()
            except CameraFailed as failure:
                at.silent(row, failure)
                raise
            there = {each.source for each in naming.children(self.devices, no)}
            coming = [channel for channel in look.channels if channel.source not in there]
            if self.used(row.instance) + len(coming) > self.most:
                raise VideoRefused("no_room_here", name=at.name, cameras=len(coming), most=self.most)
            added = (
                await self._kept.add([channel_row(row, no, channel) for channel in coming]) if coming else []
            )
            at.heard(row, look)
            await at.identities()
            return Added(no, row.instance, len(added), "" if look.channels else "no_channels")

    async def change(self, form: ChangeForm) -> None:
        """Reach a device elsewhere, or with another log-in; its identity and a recorder's cameras stay.

        Raises BadInput, NotFound, VideoRefused.
        """
        async with self._turn:
            row, ip = self.device(form.no), clean_ip(form.ip)
            if row.kind == CHANNEL:
                raise VideoRefused("of_recorder", field="no", name=self._kept.devices[row.parent].name)
            for other in self.devices:
                if other.no != row.no and (other.ip, other.port) == (ip, form.port):
                    raise VideoRefused("address_taken", field="ip", name=other.name)
            fresh = msgspec.structs.replace(
                row, ip=ip, port=form.port, user=form.user, password=form.password or row.password,
                motion=row.motion if form.motion is None else form.motion,
            )  # fmt: skip
            await self._kept.change(fresh)
            self.instances[row.instance].look_soon()

    async def delete(self, no: int) -> int:
        """Also a recorder's cameras; their identities are free again. How many went. Raises NotFound, VideoRefused."""
        async with self._turn:
            row = self.device(no)
            if row.kind == CHANNEL:
                raise VideoRefused("of_recorder", field="no", name=self._kept.devices[row.parent].name)
            numbers = [no, *(each.no for each in naming.children(self.devices, no))]
            await self._kept.delete(numbers)
            at = self.instances[row.instance]
            for number in numbers:
                at.locals.pop(number, None)
            await at.identities()
            return len(numbers)

    async def snapshot(self, no: int) -> bytes:
        """Raises NotFound, VideoRefused, CameraFailed."""
        camera, profile = await self._stream(no)
        return await camera.snapshot(profile)

    async def stream_uri(self, no: int) -> str:
        """Where the largest stream of a camera is pulled from, by RTSP: the port for the media process of the box.

        Raises NotFound, VideoRefused, CameraFailed.
        """
        camera, profile = await self._stream(no)
        return await camera.stream_uri(profile)

    async def camera_named(self, device_name: str) -> tuple[VideoDevice, Camera]:
        """The camera with this identity. Raises NotFound, VideoRefused."""
        named = (row for row in self.devices if row.identity and row.identity.device_name == device_name)
        row = next(named, None)
        if row is None:
            raise NotFound(what="edge_video_device", id=device_name[:64])
        return row, self._camera(row)

    def _camera(self, row: VideoDevice) -> Camera:
        """Raises VideoRefused."""
        if row.kind == NVR:
            raise VideoRefused("no_camera", field="no")
        owner = self._kept.devices[row.parent] if row.kind == CHANNEL else row
        return self.instances[row.instance].camera(owner)

    async def _stream(self, no: int) -> tuple[Camera, str]:
        row = self.device(no)
        camera = self._camera(row)
        return camera, (await self.channel_of(row, camera)).profiles[0].token

    async def channel_of(self, row: VideoDevice, camera: Camera) -> Channel:
        """Raises CameraFailed."""
        channels = (await camera.look()).channels
        channel = next((each for each in channels if row.kind == IPC or each.source == row.source), None)
        if channel is None:
            raise CameraFailed("channel_gone")
        return channel

    # identities (上云配置)

    async def set_gateway(self, key: DeviceKey) -> None:
        """The gateway's triple of the single edition. Raises VideoRefused."""
        async with self._turn:
            if self.three:
                raise VideoRefused("gateways_given")
            await self._kept.set_gateway(0, key)
            instance = self._instance(0)
            await instance.stop()
            await instance.start(key)

    async def take_certificates(self, text: str) -> tuple[int, int]:
        """设备证书.csv. How many it has, and how many cameras got theirs by name. Raises BadInput."""
        certificates = read_certificates(text)
        async with self._turn:
            await self._kept.take_certificates(certificates)
            matched = []
            for row in self.devices:
                identity = row.identity
                if identity is not None and identity.device_name in {
                    each.device_name for each in certificates
                }:
                    fresh = self._kept.certificates[identity.device_name].key
                    if fresh != identity:  # made anew at the platform
                        await self._kept.change(msgspec.structs.replace(row, identity=fresh))
                elif identity is None and (key := self._matching(row.kind, row.name)) is not None:
                    matched.append(msgspec.structs.replace(row, identity=key))
            if matched:
                await self._kept.change(*matched)
            for instance in self.instances.values():
                await instance.identities()
            return len(certificates), len(matched)

    async def take_links(self, text: str) -> tuple[int, list[str]]:
        """Give pulled cameras the identities that the site's list says. How many got theirs, and the DeviceNames that
        have no certificate or are taken. Raises BadInput."""
        links = read_links(text)
        async with self._turn:
            rows, missing = [], []
            taken = self.names_taken
            for no, name in names_of(links, self.devices).items():
                row = self._kept.devices[no]
                if row.identity is not None:
                    continue
                if name in taken or name not in self._kept.certificates:
                    missing.append(name)
                    continue
                taken[name] = row.name
                rows.append(msgspec.structs.replace(row, identity=self._kept.certificates[name].key))
            if rows:
                await self._kept.change(*rows)
            for instance in self.instances.values():
                await instance.identities()
            return len(rows), missing

    async def assign(self, no: int, device_name: str) -> None:
        """Raises NotFound, VideoRefused."""
        certificate = self._kept.certificates.get(device_name)
        if certificate is None:
            raise VideoRefused("no_certificate", field="deviceName", deviceName=device_name[:64])
        await self.identify(no, certificate.key)

    async def identify(self, no: int, key: DeviceKey, *, model: str = "") -> None:
        """An identity for a device that has none. Raises NotFound, VideoRefused."""
        async with self._turn:
            row = self.device(no)
            if row.identity is not None:
                raise VideoRefused("has_identity", field="no", deviceName=row.identity.device_name)
            if self.names_taken.get(key.device_name):
                raise VideoRefused(
                    "identity_taken",
                    field="deviceName",
                    deviceName=key.device_name,
                    name=self.names_taken[key.device_name],
                )
            await self._kept.change(msgspec.structs.replace(row, identity=key, model=model or row.model))
            await self.instances[row.instance].identities()

    async def unassign(self, no: int) -> None:
        """Raises NotFound, VideoRefused."""
        async with self._turn:
            row = self.device(no)
            if row.identity is None:
                raise VideoRefused("no_identity", field="no")
            await self._kept.change(msgspec.structs.replace(row, identity=None))
            await self.instances[row.instance].identities()

    @property
    def names_taken(self) -> dict[str, str]:
        return {row.identity.device_name: row.name for row in self.devices if row.identity is not None}

    # helpers

    def _instance(self, number: int) -> Instance:
        """Raises NotFound."""
        if number not in self.instances:
            raise NotFound(what="edge_video_instance", id=number)
        return self.instances[number]

    async def _tried(self, form: DeviceForm) -> tuple[Look | None, CameraFailed | None]:
        camera = next(iter(self.instances.values())).try_out(Address.of(form))
        try:
            return await camera.look(), None
        except CameraFailed as failure:
            return None, failure

    def _place(self, size: int, wanted: int | None) -> int:
        """Raises NotFound, VideoRefused."""
        if wanted is not None:
            self._instance(wanted)
        place = naming.place_for(self.devices, size, three=self.three)
        if place is None:
            raise VideoRefused("full", cameras=size, most=self.most)
        if wanted is not None and wanted != place:
            why = "fill_first" if place < wanted else "no_room"
            raise VideoRefused(
                why,
                place=f"linkvisual-{place}",
                free=self.most - self.used(place),
                cameras=size,
                most=self.most,
            )
        return place

    def _matching(self, kind: str, name: str) -> DeviceKey | None:
        """A direct camera whose name is a DeviceName gets it by itself; recorders never do."""
        if kind != IPC or name in self.names_taken or name not in self._kept.certificates:
            return None
        return self._kept.certificates[name].key
