"""The box itself: its stores, its line to the cloud, and the one process for all of it (ADR 0066).

`queue` and `pictures` keep devices' reports until the cloud has them; `line`, `presence` and `drain` send them in
order; `downlink` and `desired_rows` bring the cloud's desired state to the doors; `doorkeeper` decides at the box;
`deployer` runs deployments; `compose` builds all of them.
"""
