"""Desired state: the rows that devices should have, the reasons, and their delivery.

The grants are the source of truth (person, source, device or scope, time). Desired rows are their union, one for each
(device, kind, credential). The reconciler works on every difference until the device confirms it. A domain grants and
revokes in its own transaction (`service`) and registers a carrier for its kinds (`ports`).
"""
