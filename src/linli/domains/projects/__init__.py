"""Integrators' projects (应用平台项目): details, capabilities and their review, states, the default app. ADR 0024.

What a scope is made of (the project's id, its keys, the communities it was granted) is `kernel.tenancy`'s.
"""
