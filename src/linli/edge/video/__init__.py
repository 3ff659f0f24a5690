"""Cameras and recorders at the site (边缘视频接入): gateways, devices by ONVIF, their cloud identities. Spec D 1.1-1.2.

A gateway instance is a device of its own at the platform, with its own connection; cameras and recorders are behind it.
"""
