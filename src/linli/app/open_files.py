"""File descriptors: the system's limit raised as far as it goes, and listeners that fit into it.

A process that runs out of them cannot open its own database either: strangers' connections may not come that far.
"""

import resource
from typing import Final

import msgspec

from linli.kernel import lobby
from linli.kernel.settings import Settings

RESERVED: Final = 512
"""For databases, files and connections of our own making."""
_LEAST: Final = 16


def raise_limit() -> int:
    """Take what the system lets this user have; how many files may be open then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
        except (OSError, ValueError):
            pass  # an unlimited hard limit that the kernel bounds lower: what is there has to do
    return 2**31 if soft == resource.RLIM_INFINITY else soft


def wanted(settings: Settings) -> int:
    """Descriptors that full listeners and the rest take."""
    http, _, waiting, _ = rooms = _rooms(settings)
    # The web may have a port without TLS and one with it. Lobbies: of that, and of devices over TLS, with certificates,
    # and on their fixed port.
    return RESERVED + sum(rooms) + http + min(lobby.MOST, http) + 3 * min(lobby.MOST, waiting)


def fitted(settings: Settings, limit: int) -> Settings:
    """The settings with fewer connections where the system's limit would not hold all, in the same proportion."""
    if wanted(settings) <= limit:
        return settings
    rooms = _rooms(settings)
    room, all_of_them = limit - min(RESERVED, limit // 2), sum(rooms) + 2 * rooms[0] + 3 * rooms[2]
    http, mqtt, waiting, auth = (max(_LEAST, most * room // all_of_them) for most in rooms)
    return msgspec.structs.replace(
        settings,
        http=msgspec.structs.replace(settings.http, max_connections=http),
        mqtt=msgspec.structs.replace(settings.mqtt, max_connections=mqtt, max_waiting=waiting),
        device_auth=msgspec.structs.replace(settings.device_auth, max_connections=auth),
    )


def shortage(settings: Settings, limit: int) -> str:
    """For operators: the numbers that the limit allows in place of the set ones; empty when all fit."""
    if wanted(settings) <= limit:
        return ""
    less = fitted(settings, limit)
    return (
        f"the system allows {limit} open files, {wanted(settings)} are needed (LimitNOFILE, ulimit -n): "
        f"at most {less.http.max_connections} web and {less.mqtt.max_connections} MQTT connections"
    )


def _rooms(settings: Settings) -> tuple[int, int, int, int]:
    return (
        settings.http.max_connections,
        settings.mqtt.max_connections,
        settings.mqtt.max_waiting,
        settings.device_auth.max_connections,
    )
