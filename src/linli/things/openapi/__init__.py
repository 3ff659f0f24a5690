"""Open-API methods of things; the composing function registers this module."""

from linli.things.openapi.services import invoke_service

__all__ = ["invoke_service"]
