"""Groups of devices (设备分组): a tree that people fill, and groups that fill themselves by a condition."""
