"""The MQTT protocol of devices with the public LinkKit SDKs: names and signatures, topics, envelopes.

Source: spec clients (b), measured on the SDKs for Python, Node and C.
"""
