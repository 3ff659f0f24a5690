"""What the platform asks of the video component through a tunnel: the cloud page 视频集成. Spec D 1.2.

Refusals come in the language of who asked.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.edge.remote.duties import Duty, Refused
from linli.edge.video.room import VideoRoom
from linli.edge.video.rows import DeviceForm
from linli.edge.video.shown import shown_devices, shown_room
from linli.kernel import i18n
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.protocols.edge_link import DeviceKey

type Language = Annotated[str, Meta(max_length=8)]


class _Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    instance: Annotated[int, Meta(ge=0, le=2)]
    language: Language = i18n.DEFAULT


class _Added(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    instance: Annotated[int, Meta(ge=0, le=2)]
    form: DeviceForm
    language: Language = i18n.DEFAULT


class _Numbered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    no: Annotated[int, Meta(ge=1)]
    instance: Annotated[int, Meta(ge=0, le=2)]
    """Of the page: another one's devices are not touched from it."""
    language: Language = i18n.DEFAULT


class _Identified(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    no: Annotated[int, Meta(ge=1)]
    instance: Annotated[int, Meta(ge=0, le=2)]
    key: DeviceKey
    model: Annotated[str, Meta(max_length=64)] = ""
    language: Language = i18n.DEFAULT


def video_duties(room: VideoRoom) -> dict[str, Duty]:
    """By name, for the tools of a box."""

    async def listed(asked: _Listed) -> Any:
        rows = shown_devices(room, asked.language, instance=asked.instance)
        return {**shown_room(room), "devices": msgspec.to_builtins(rows)}

    async def added(asked: _Added) -> Any:
        return msgspec.to_builtins(await room.add(asked.form, instance=asked.instance))

    async def deleted(asked: _Numbered) -> Any:
        row = own(asked.no, asked.instance)
        names = [
            each.identity for each in room.devices if each.identity and asked.no in (each.no, each.parent)
        ]
        await room.delete(row.no)
        return {"identities": msgspec.to_builtins([[key.product_key, key.device_name] for key in names])}

    async def pulled(asked: _Numbered) -> Any:
        return msgspec.to_builtins(await room.pull(own(asked.no, asked.instance).no))

    async def identified(asked: _Identified) -> Any:
        await room.identify(own(asked.no, asked.instance).no, asked.key, model=asked.model)
        return {}

    async def restarted(asked: _Listed) -> Any:
        await room.restart(asked.instance)
        return {}

    def own(no: int, instance: int) -> Any:
        row = room.device(no)
        if row.instance != instance:
            raise NotFound(what="edge_video_device", id=no)
        return row

    return {
        "video.list": Duty(_Listed, _answered(room, listed)),
        "video.add": Duty(_Added, _answered(room, added)),
        "video.delete": Duty(_Numbered, _answered(room, deleted)),
        "video.pull": Duty(_Numbered, _answered(room, pulled)),
        "video.identify": Duty(_Identified, _answered(room, identified)),
        "video.restart": Duty(_Listed, _answered(room, restarted)),
    }


def _answered(room: VideoRoom, answer: Callable[[Any], Awaitable[Any]]) -> Callable[[Any], Awaitable[Any]]:
    async def answered(asked: Any) -> Any:
        language: str = asked.language
        if not room.running:
            raise Refused("offline", i18n.text("edge.video.not_running", language))
        try:
            return await answer(asked)
        except BadInput as error:
            rule = i18n.text(f"rule.{error.facts['rule']}", language, **error.facts)
            raise Refused("bad_input", rule, error.field or "form") from None
        except NotFound as error:
            raise Refused("not_found", error.text(language)) from None
        except LinliError as error:
            code = "bad_input" if error.field else "refused"
            raise Refused(code, error.text(language), error.field or "") from None

    return answered
