"""Sandboxes: a small community with simulated devices for each integrator, to try calls in.

A sandbox is a tenant of its own, so the same rules keep it apart as keep tenants apart. The built-in simulator runs its
devices while somebody uses it.
"""
