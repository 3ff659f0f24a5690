"""Errors of clusters, boxes, drivers and deployments."""

from linli.kernel.errors import Conflict, Forbidden, NotFound


class SerialTaken(Conflict):
    """Another node of the installation has the serial number."""

    code = "edge.serial_taken"


class NodeNameTaken(Conflict):
    code = "edge.node_name_taken"


class ClusterInUse(Conflict):
    """It has boxes; those are removed first."""

    code = "edge.cluster_in_use"


class NodeInUse(Conflict):
    """Devices are behind the box; they are removed first."""

    code = "edge.node_in_use"


class ClusterAssociated(Conflict):
    """It belongs to another project or community already."""

    code = "edge.cluster_associated"


class GatewayThere(Conflict):
    """The node has its gateway already."""

    code = "edge.gateway_there"


class ProtocolThere(Conflict):
    code = "edge.protocol_there"


class ProtocolInUse(Conflict):
    """Devices hang on it; they are removed first."""

    code = "edge.protocol_in_use"


class DeviceElsewhere(Conflict):
    """The device is behind another gateway, or managed already."""

    code = "edge.device_elsewhere"


class SerialUnknown(NotFound):
    code = "edge.serial_unknown"


class CodeWrong(Forbidden):
    code = "edge.code_wrong"


class ActivationLocked(Forbidden):
    code = "edge.locked"


class AlreadyActive(Conflict):
    code = "edge.already_active"


class ModelDiffers(Conflict):
    code = "edge.model_differs"


class ComponentRefused(Conflict):
    code = "edge.component_refused"


class NothingChanged(Conflict):
    """There is nothing to deploy."""

    code = "edge.nothing_changed"


class ChangesMoved(Conflict):
    """The deployment would differ from the one that the page showed."""

    code = "edge.changes_moved"


class NotReplaceable(Conflict):
    """No box is active there: the node is activated, not replaced."""

    code = "edge.not_replaceable"


class TooOld(Conflict):
    """A version is below the floor of the replacement."""

    code = "edge.too_old"


class PackageThere(Conflict):
    code = "edge.package_there"


class KeyInUse(Conflict):
    code = "edge.key_in_use"


class TooManyRules(Conflict):
    """A gateway has as many passage rules as it may."""

    code = "edge.too_many_rules"


class TooManyTargets(Conflict):
    """A linkage serves as many persons and credentials as it may."""

    code = "edge.too_many_targets"


class CertificateThere(Conflict):
    """The package is certified, or its certificate is being looked at."""

    code = "edge.certificate_there"


class CertificateMoved(Conflict):
    """It is in a state from which it cannot come there."""

    code = "edge.certificate_moved"


class NotCertified(Conflict):
    """Only projects in development may use what the lab has not certified."""

    code = "edge.not_certified"


class OrderRefused(Conflict):
    """The box does not close an order; `why` in its words."""

    code = "edge.order_refused"
