"""Sandboxes: for each integrator a small living community of its own to try calls in, apart from everything real.

A sandbox is a tenant of its own, so that what keeps tenants apart keeps it apart too. Its devices are simulated by the
built-in simulator while somebody uses it.
"""
