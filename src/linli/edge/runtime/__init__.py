"""The box itself: what it keeps, its line to the cloud, and the one process that all of it runs in (ADR 0066).

`queue` and `pictures` keep what devices report until the cloud has it; `line`, `presence` and `drain` bring it there in
order; `downlink` and `desired_rows` bring what the cloud wants to the doors; `doorkeeper` decides at the box; `deployer`
runs what was deployed; `compose` builds all of them.
"""
