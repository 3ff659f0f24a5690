"""视频集成: cameras and recorders of the three-instance edition, asked of the box and given identities. Spec D 1.2."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from linli.domains.boxes.console.hand import Hand
from linli.domains.boxes.errors import DeviceElsewhere
from linli.domains.boxes.remote.console.caller import MANAGE, SEE
from linli.domains.boxes.remote.errors import BoxAway, BoxNotActive, BoxRefused, BoxSilent
from linli.domains.boxes.remote.room import RemoteRoom
from linli.domains.boxes.remote.service.tunnels import By
from linli.domains.boxes.service import video_gateways
from linli.domains.boxes.service.video_gateways import MODELS, VideoGateway
from linli.kernel import history
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, LinliError, NotFound

HISTORY = "edge_video_device"
REFUSALS: tuple[type[LinliError], ...] = (NotFound, BoxAway, BoxNotActive, BoxSilent, BoxRefused)


class VideoGatewayRow(msgspec.Struct, rename="camel", frozen=True):
    """One instance (LV-AIBOX)."""

    number: int
    iot_id: str
    device_name: str
    online: bool
    node_id: str
    node_name: str
    cluster_id: str
    cluster_name: str


class VideoDeviceRow(msgspec.Struct, rename="camel", frozen=True):
    """A camera or recorder as the box has it."""

    no: int
    parent: Annotated[int, Meta(description="The recorder of a pulled camera; 0: none.")]
    kind: Annotated[str, Meta(description="ipc, nvr, channel")]
    name: str
    alias: str
    model: str
    model_name: str
    protocol: str
    address: str
    channel: int
    device_name: Annotated[str, Meta(description="Its identity in the cloud; empty: none.")]
    cloud_online: bool
    local_online: bool
    why: Annotated[str, Meta(description="Why it is not online, in words.")]
    product: Annotated[str, Meta(description="Maker and model, as the device says.")]
    seen_ms: int


class ModelChoice(msgspec.Struct, rename="camel", frozen=True):
    code: str
    name: str
    name_en: str
    kind: str


class VideoInstance(msgspec.Struct, rename="camel", frozen=True):
    gateway: VideoGatewayRow
    connected: Annotated[bool, Meta(description="The instance's own line to the platform.")]
    used: int
    most: int
    started_ms: int
    models: list[ModelChoice]
    devices: list[VideoDeviceRow]


class VideoForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=32, description="IoT code; becomes the DeviceName.")]
    kind: Literal["ipc", "nvr"]
    ip: Annotated[str, Meta(min_length=1, max_length=45)]
    alias: Annotated[str, Meta(max_length=64)] = ""
    model: Annotated[str, Meta(max_length=64, description="Category, as community/security/ipcamera.")] = ""
    protocol: Literal["hikvision", "dahua", "onvif", "gb"] = "onvif"
    port: Annotated[int, Meta(ge=1, le=65535)] = 80
    user: Annotated[str, Meta(max_length=64)] = ""
    password: Annotated[str, Meta(max_length=128)] = ""


class AddedDevice(msgspec.Struct, rename="camel", frozen=True):
    no: int
    cameras: Annotated[int, Meta(description="Pulled from a recorder.")]
    reached: bool


class IdentityForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """上云配置 of a pulled camera."""

    device_name: Annotated[str, Meta(min_length=1, max_length=32, description="IoT code.")]
    model: Annotated[str, Meta(max_length=64)]


video_gateway_routes = Routes("/edge/video-gateways", tags=("edge",))


@video_gateway_routes.get(right=SEE)
async def list_video_gateways(hand: Hand) -> list[VideoGatewayRow]:
    """The gateways of the three-instance video component, of all boxes in sight."""
    return [_row(each) for each in await video_gateways.gateways_in_sight(hand.within, hand.db)]


video_routes = Routes("/edge/clusters/{cluster_id:int}/video", tags=("edge",))


@video_routes.get("/{number:int}", right=MANAGE, raises=REFUSALS)
async def video_instance(
    cluster_id: int, number: int, hand: Hand, by: By, edge_remote: RemoteRoom
) -> VideoInstance:
    """Its devices with both connections, asked of the box now."""
    desk = await _Desk.at(hand, by, edge_remote, cluster_id, number)
    answer = await desk.ask("video.list")
    own = next((each for each in answer["instances"] if each["number"] == number), None)
    if own is None:
        raise NotFound(what="edge_video_instance", id=number)
    return VideoInstance(
        _row(desk.gateway),
        own["online"],
        own["used"],
        answer["most"],
        own["startedMs"],
        msgspec.convert(answer["models"], list[ModelChoice]),
        msgspec.convert(answer["devices"], list[VideoDeviceRow]),
    )


@video_routes.post("/{number:int}/devices", right=MANAGE, raises=(*REFUSALS, DeviceElsewhere))
async def add_video_device(
    cluster_id: int, number: int, data: VideoForm, hand: Hand, by: By, edge_remote: RemoteRoom
) -> AddedDevice:
    """A camera or a recorder, with its device in the cloud; a recorder's cameras are pulled."""
    desk = await _Desk.at(hand, by, edge_remote, cluster_id, number)
    model = data.model or ("community/security/nnvr" if data.kind == "nvr" else "community/security/ipcamera")
    if model not in MODELS:
        raise BadInput(field="model", rule="one_of", allowed=", ".join(MODELS))
    form = {**msgspec.to_builtins(data), "model": model}
    added = await desk.ask("video.add", form=form)
    await desk.identify(added["no"], model, data.name.strip(), data.alias)
    return AddedDevice(added["no"], added["cameras"], not added["why"])


@video_routes.delete("/{number:int}/devices/{no:int}", right=MANAGE, raises=REFUSALS)
async def delete_video_device(
    cluster_id: int, number: int, no: int, hand: Hand, by: By, edge_remote: RemoteRoom
) -> None:
    """Also a recorder's cameras. Their devices in the cloud stay, offline, and are taken up again by their names."""
    desk = await _Desk.at(hand, by, edge_remote, cluster_id, number)
    answer = await desk.ask("video.delete", no=no)
    await desk.note("deleted", no, {"identities": [name for _, name in answer["identities"]]})


@video_routes.post("/{number:int}/devices/{no:int}/pull", right=MANAGE, status=200, raises=REFUSALS)
async def pull_cameras(
    cluster_id: int, number: int, no: int, hand: Hand, by: By, edge_remote: RemoteRoom
) -> AddedDevice:
    """Ask a recorder for its cameras again."""
    desk = await _Desk.at(hand, by, edge_remote, cluster_id, number)
    pulled = await desk.ask("video.pull", no=no)
    return AddedDevice(no, pulled["cameras"], not pulled["why"])


@video_routes.post(
    "/{number:int}/devices/{no:int}/identity", right=MANAGE, raises=(*REFUSALS, DeviceElsewhere)
)
async def identify_camera(
    cluster_id: int, number: int, no: int, data: IdentityForm, hand: Hand, by: By, edge_remote: RemoteRoom
) -> None:
    """上云配置: a DeviceName and a model for a pulled camera."""
    desk = await _Desk.at(hand, by, edge_remote, cluster_id, number)
    rows = msgspec.convert((await desk.ask("video.list"))["devices"], list[VideoDeviceRow])
    row = next((each for each in rows if each.no == no), None)
    if row is None:
        raise NotFound(what="edge_video_device", id=no)
    if row.device_name:
        raise BadInput(field="deviceName", rule="edge.video.has_name", name=row.device_name)
    await desk.identify(no, data.model, data.device_name.strip(), row.alias)


@video_routes.post("/{number:int}/restart", right=MANAGE, raises=REFUSALS)
async def restart_instance(cluster_id: int, number: int, hand: Hand, by: By, edge_remote: RemoteRoom) -> None:
    """This instance alone."""
    desk = await _Desk.at(hand, by, edge_remote, cluster_id, number)
    await desk.ask("video.restart")
    await desk.note("restarted", 0, {})


class _Desk:
    """Questions to the box of one instance."""

    def __init__(self, hand: Hand, by: By, room: RemoteRoom, gateway: VideoGateway) -> None:
        self._hand, self._by, self._room = hand, by, room
        self.gateway = gateway

    @classmethod
    async def at(cls, hand: Hand, by: By, room: RemoteRoom, cluster_id: int, number: int) -> "_Desk":
        """Raises NotFound."""
        gateway = await video_gateways.gateway_at(hand.within, hand.db, cluster_id, number)
        return cls(hand, by, room, gateway)

    async def ask(self, do: str, **given: Any) -> Any:
        """Raises those of `BoxCalls.ask`."""
        asked = {"instance": self.gateway.number, "language": self._hand.within.language, **given}
        answer = await self._room.calls.ask(
            self._hand.within, self.gateway.node.node_id, do, asked, by=self._by, reason="video"
        )
        return answer.ok

    async def identify(self, no: int, model: str, device_name: str, alias: str) -> None:
        """Make the device in the cloud, then give the box its triple. Raises BadInput, DeviceElsewhere, and as `ask`."""
        hand = self._hand
        key = await hand.db.run(
            lambda tx: video_gateways.identity(
                hand.within,
                tx,
                gateway=self.gateway,
                model=model,
                device_name=device_name,
                alias=alias[:64],
                ids=hand.ids,
                secrets=hand.secrets,
            )
        )
        await self.ask("video.identify", no=no, key=msgspec.to_builtins(key), model=model)
        await self.note("identified", no, {"device_name": device_name, "model": model})

    async def note(self, action: str, no: int, values: dict[str, Any]) -> None:
        hand, cluster = self._hand, self.gateway.cluster
        record = history.Record(HISTORY, f"{self.gateway.device.iot_id}:{no}", cluster.community_id)
        await hand.db.run(
            lambda tx: history.note(hand.within, tx, record, action, after=values, now_ms=hand.now_ms)
        )


def _row(gateway: VideoGateway) -> VideoGatewayRow:
    return VideoGatewayRow(
        gateway.number,
        gateway.device.iot_id,
        gateway.device.device_name,
        gateway.device.state == "online",
        str(gateway.node.node_id),
        gateway.node.name,
        str(gateway.cluster.cluster_id),
        gateway.cluster.name,
    )
