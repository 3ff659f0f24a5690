"""Addresses of players as the contract prints them (spec F 9.1), for one session each."""

from urllib.parse import urlsplit

from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.live.tickets import Ticket
from linli.kernel.settings import Settings


def live_url(settings: Settings, video: VideoDesk, ticket: Ticket, *, sub: bool, cache: str) -> str:
    name = f"{ticket.session[:6]}_{int(sub)}"
    if ticket.scheme == "rtmp":
        query = f"token={ticket.token}&session={ticket.session}&cacheDuration={cache}"
        return f"rtmp://{_host(settings)}:{video.rtmp_port}/live?{query}/{name}"
    return _web(settings, "live", name, ticket)


def past_url(settings: Settings, video: VideoDesk, ticket: Ticket, *, begin_s: int) -> str:
    if ticket.scheme == "rtmp":
        query = f"token={ticket.token}&session={ticket.session}"
        return f"rtmp://{_host(settings)}:{video.rtmp_port}/vod?{query}/{begin_s}"
    return _web(settings, "vod", str(begin_s), ticket)


def _web(settings: Settings, place: str, name: str, ticket: Ticket) -> str:
    ending = ".flv" if ticket.scheme == "flv" else "/index.m3u8"
    return f"{settings.public_url}/{place}/{name}{ending}?token={ticket.token}&session={ticket.session}"


def _host(settings: Settings) -> str:
    host = urlsplit(settings.public_url).hostname or "127.0.0.1"
    return f"[{host}]" if ":" in host else host
