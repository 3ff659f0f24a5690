"""Desired state: what should hold on devices, why, and how far it got.

Truth is the grants (who, by what source, on which device or scope, when). Desired rows are their union, one for each
(device, kind, credential); the reconciler drives every difference until the device confirms it. A domain grants and
revokes in its own transaction (`service`) and registers a carrier for its kinds (`ports`).
"""
