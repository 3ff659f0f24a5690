"""Errors of camera information."""

from linli.kernel.errors import Conflict


class CameraExists(Conflict):
    """The device has its camera information already."""

    code = "camera.known"


class CountChanged(Conflict):
    """The number of cameras has changed since the page asked to confirm clearing."""

    code = "camera.count_changed"


class BatchUndone(Conflict):
    """The import or clearing was undone already."""

    code = "camera.undone"
