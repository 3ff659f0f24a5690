"""Notifications on people's phones, by push or text message, with quiet hours. No other room imports this one."""
