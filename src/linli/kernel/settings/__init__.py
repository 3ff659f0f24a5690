"""Settings: one TOML file, overridden by the environment, both checked; a key nobody knows is refused.

`linli.toml` sections are the fields of Settings; the environment spells `[http] port` as `LINLI_HTTP_PORT`.
"""

from linli.kernel.settings.loading import SettingsError, load
from linli.kernel.settings.media import Media
from linli.kernel.settings.providers import MapProvider, Payments, Push, SmsGateway, Support
from linli.kernel.settings.sections import (
    Amqp,
    CallLimits,
    DeviceAuth,
    Disk,
    Faces,
    Http,
    Map,
    Mqtt,
    Objects,
    Pictures,
    Plates,
    Privacy,
    Process,
    Projects,
    Retention,
    Settings,
    Solution,
    Tls,
    Webhooks,
)
from linli.kernel.settings.sign_in import LoginProvider, SignIn
from linli.kernel.settings.sip import Rewrite, Sip, Trunk
from linli.kernel.settings.video import Gb28181, Video

__all__ = [
    "Amqp",
    "CallLimits",
    "DeviceAuth",
    "Disk",
    "Faces",
    "Gb28181",
    "Http",
    "LoginProvider",
    "Map",
    "MapProvider",
    "Media",
    "Mqtt",
    "Objects",
    "Payments",
    "Pictures",
    "Plates",
    "Privacy",
    "Process",
    "Projects",
    "Push",
    "Retention",
    "Rewrite",
    "Settings",
    "SettingsError",
    "SignIn",
    "Sip",
    "SmsGateway",
    "Solution",
    "Support",
    "Tls",
    "Trunk",
    "Video",
    "Webhooks",
    "load",
]
