"""Devices and products made by the hundred (批量添加): names made or uploaded, certificates as a file, undo."""
