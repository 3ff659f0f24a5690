"""Gateways and their sub-devices (网关与子设备): topology, log-in through a gateway, registration, notices.

A sub-device is a device like any other. Only the way of its messages differs: they use its gateway's connection.
Source: spec clients b.4-b.6.
"""
