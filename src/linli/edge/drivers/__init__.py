"""One folder a driver. Adding a device means adding a folder; no list elsewhere is edited. See docs/guides/drivers."""
