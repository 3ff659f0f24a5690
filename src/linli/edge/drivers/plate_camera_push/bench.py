"""The cases for a pushing lane camera."""

from linli.edge.drivers.plate_camera_push.cases import CASES

__all__ = ["CASES"]
