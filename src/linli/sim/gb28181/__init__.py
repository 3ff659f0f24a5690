"""Simulated cameras and recorders by GB/T 28181: catalogue, pictures, recordings, steering; with faults."""

from .camera import Camera, Channel, Faults
from .clip import drawn, looped

__all__ = ["Camera", "Channel", "Faults", "drawn", "looped"]
