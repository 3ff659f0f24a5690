"""The appliance of a site: drivers, what they share, and (later) its runtime.

`framework` loads and keeps drivers; `drivers/<name>` is one folder a driver, none of which knows another; `doors` is
what the door drivers share: the box's end of the door protocol. ADR 0065.
"""
