"""Checks of what an installer fills in. Spec D 4.2."""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final

import msgspec

from linli.edge.video.errors import VideoRefused
from linli.edge.video.naming import category_of, pulled_name
from linli.edge.video.rows import GB, IPC, MODELS, NVR, DeviceForm, VideoDevice
from linli.kernel.errors import BadInput
from linli.protocols.onvif import Channel

_NAME: Final = re.compile(r"[A-Za-z0-9\-_@.:]{4,32}")
"""Of a DeviceName: the local name is the IoT code."""
NAME_MOST: Final = 160
_DEFAULT: Final = {IPC: "community/security/ipcamera", NVR: "community/security/nnvr"}


def clean_ip(text: str) -> str:
    """Raises BadInput."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise BadInput(field="ip", rule="edge.video.ip") from None


def checked(form: DeviceForm, there: Iterable[VideoDevice]) -> DeviceForm:
    """Cleaned, with its model. Raises BadInput, VideoRefused."""
    name, alias, ip = form.name.strip(), form.alias.strip(), clean_ip(form.ip)
    if not _NAME.fullmatch(name):
        raise BadInput(field="name", rule="edge.video.name")
    if form.kind == NVR and "_" in name:
        raise BadInput(field="name", rule="edge.video.recorder_name")
    model = form.model or category_of(form.remark) or _DEFAULT[form.kind]
    if model not in MODELS or MODELS[model][2] != form.kind:
        raise BadInput(field="model" if form.model else "remark", rule=f"edge.video.model_{form.kind}")
    if form.protocol == GB:
        raise VideoRefused("gb_elsewhere", field="protocol")
    form = msgspec.structs.replace(form, name=name, alias=alias or name, ip=ip, model=model)
    for other in there:
        if other.name == name:
            raise VideoRefused("name_taken", field="name", name=name)
        if form.endpoint and other.endpoint == form.endpoint:
            raise VideoRefused("same_device", field="ip", name=other.name)
        if other.alias == form.alias:
            raise VideoRefused("alias_taken", field="alias", alias=form.alias)
        if (other.ip, other.port) == (ip, form.port):
            raise VideoRefused("address_taken", field="ip", name=other.name)
    return form


def channel_row(nvr: VideoDevice, parent: int, channel: Channel) -> VideoDevice:
    """A camera that a recorder told."""
    name = pulled_name(nvr.name, channel.number, channel.name)[:NAME_MOST]
    return VideoDevice(
        no=0, instance=nvr.instance, kind="channel", name=name, alias=name, model="community/security/ipcamera",
        protocol=nvr.protocol, parent=parent, channel=channel.number, space=channel.name, source=channel.source,
    )  # fmt: skip
