"""Common parts of the door drivers: the box's end of the door protocol, and a simulated door machine. Source: spec G
3-5.

station   the listener that doors come to: addresses, signatures, tokens, hostile peers
links     one connection: both tokens, heartbeat, connecting back, online and offline
caller    calls to doors
desk      what a door tells and asks, turned into events of things and questions to the doorkeeper
orders    what is wanted of a door, in batches and with read-back
driver    all of it as a driver
"""
