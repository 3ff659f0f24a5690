"""Integrators' projects (应用平台项目): details, capabilities and their review, states, the default app. ADR 0024.

The part of a project for scopes (id, keys, granted communities) is in `kernel.tenancy`.
"""
