"""The device shadow (设备影子): one JSON document per device, of what it reported and what an application wants of it.

`document` knows the rules and nothing else, `service` keeps documents, `wire` speaks with devices, `pushes` tells devices
what an application changed.
"""
