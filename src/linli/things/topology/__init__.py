"""The gateways of devices (拓扑): the only code that writes them, reads them, and notifies the devices concerned."""
