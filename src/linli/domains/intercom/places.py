"""Where this server is reached."""

from urllib.parse import urlsplit

from linli.kernel.settings import Settings


def sip_host(settings: Settings) -> str:
    """What phones are told to log in at."""
    return settings.sip.public_host or urlsplit(settings.public_url).hostname or settings.sip.host


def sip_address(settings: Settings) -> tuple[str, str]:
    """Host and port, as doors are told them."""
    return sip_host(settings), str(settings.sip.told_port)


def sip_address_if_on(settings: Settings) -> tuple[str, str] | None:
    """None while this server takes no log-ins."""
    return sip_address(settings) if settings.sip.port else None
