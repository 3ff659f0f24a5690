"""Cameras and recorders that come by GB/T 28181: who registers, what they have, what is asked of them."""
