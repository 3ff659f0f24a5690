"""Gateways and their sub-devices (网关与子设备): topology, log-in through a gateway, registration, notices.

A sub-device is a device like any other; what is special is only how its messages travel: by its gateway's connection.
Source: spec clients b.4-b.6.
"""
