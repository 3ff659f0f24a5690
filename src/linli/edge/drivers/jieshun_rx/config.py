"""As the source prints a door of 门禁领御III (3.3.5.3.3): system, controller, link key, controller and door."""

from linli.protocols.driver_forms.jieshun import JieshunRxDoor


class Device(JieshunRxDoor, frozen=True, kw_only=True):
    """As the console's editor checks it."""
