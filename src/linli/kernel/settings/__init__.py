"""Settings: one TOML file, overridden by the environment, both checked; a key nobody knows is refused.

`linli.toml` sections are the fields of Settings; the environment spells `[http] port` as `LINLI_HTTP_PORT`.
"""

from linli.kernel.settings.loading import SettingsError, load
from linli.kernel.settings.media import Media
from linli.kernel.settings.sections import (
    Amqp,
    CallLimits,
    DeviceAuth,
    Disk,
    Faces,
    Http,
    Map,
    MapProvider,
    Mqtt,
    Objects,
    Pictures,
    Privacy,
    Process,
    Projects,
    Push,
    Retention,
    Settings,
    SmsGateway,
    Solution,
    Support,
    Tls,
    Webhooks,
)
from linli.kernel.settings.sign_in import LoginProvider, SignIn
from linli.kernel.settings.sip import Sip

__all__ = [
    "Amqp",
    "CallLimits",
    "DeviceAuth",
    "Disk",
    "Faces",
    "Http",
    "LoginProvider",
    "Map",
    "MapProvider",
    "Media",
    "Mqtt",
    "Objects",
    "Pictures",
    "Privacy",
    "Process",
    "Projects",
    "Push",
    "Retention",
    "Settings",
    "SettingsError",
    "SignIn",
    "Sip",
    "SmsGateway",
    "Solution",
    "Support",
    "Tls",
    "Webhooks",
    "load",
]
