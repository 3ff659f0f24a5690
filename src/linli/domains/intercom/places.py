"""Where this server is reached."""

from urllib.parse import urlsplit

from linli.kernel.settings import Settings


def sip_host(settings: Settings) -> str:
    """What phones are told to log in at."""
    return settings.sip.public_host or urlsplit(settings.public_url).hostname or settings.sip.host
