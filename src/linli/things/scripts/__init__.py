"""Devices with a format of their own: a product's script turns their bytes into messages of the thing model and back.

    rawDataToProtocol(bytes) -> object      what came on `thing/model/up_raw`, or as a reply to what went down
    protocolToRawData(object) -> bytes      a call, or our reply to what came up
    transformPayload(topic, bytes) -> object    what came on a free topic marked `?_sn=default`

`engine` runs JavaScript in a process of its own, `sandbox` keeps that process, `service` keeps drafts and versions,
`translation` is the way of a message.
"""
