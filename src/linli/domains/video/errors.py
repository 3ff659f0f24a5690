"""What can go wrong with what is known of cameras."""

from linli.kernel.errors import Conflict


class CameraKnown(Conflict):
    """The device has its camera information already."""

    code = "camera.known"


class CountChanged(Conflict):
    """There are more or fewer cameras now than the page showed when clearing was confirmed."""

    code = "camera.count_changed"


class BatchUndone(Conflict):
    """The import or clearing was undone before."""

    code = "camera.undone"
