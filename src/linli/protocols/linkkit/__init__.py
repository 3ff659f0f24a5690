"""What devices with the public LinkKit SDKs say over MQTT: names and signatures, topics, envelopes.

Source: spec clients (b), measured on the SDKs for Python, Node and C.
"""
