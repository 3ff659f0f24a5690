"""Simulated cameras and recorders by GB/T 28181: catalogue, pictures, recordings, steering; with faults."""

from .camera import Camera, Channel
from .clip import drawn, looped
from .faults import Faults

__all__ = ["Camera", "Channel", "Faults", "drawn", "looped"]
