"""The device shadow (设备影子): one JSON document per device, with its reported and desired values.

`document` has only the rules, `service` stores documents, `wire` speaks with devices, `pushes` sends an application's
changes to devices.
"""
