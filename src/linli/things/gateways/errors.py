"""Errors between gateways and sub-devices."""

from linli.kernel.errors import BadInput, Conflict


class NotAGateway(BadInput):
    """Its product is none of gateways."""

    code = "gateway.not_one"


class SubIsGateway(Conflict):
    """A gateway cannot be a sub-device."""

    code = "gateway.of_gateway"


class GatewayFull(Conflict):
    """Facts: `limit`."""

    code = "gateway.full"


class NotItsSub(Conflict):
    """The device is no sub-device of this gateway."""

    code = "gateway.not_its_sub"
