"""Firmware over the air (OTA): images, campaigns that bring them to devices, and what each device makes of it."""
