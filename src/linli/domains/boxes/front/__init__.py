"""`/edge/…`: requests of boxes to the cloud over HTTP, beside their MQTT."""

from linli.domains.boxes.front.app import EdgeAnswer, EdgeFront, EdgeRequest

__all__ = ["EdgeAnswer", "EdgeFront", "EdgeRequest"]
