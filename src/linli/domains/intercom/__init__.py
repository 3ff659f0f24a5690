"""Intercom: SIP accounts and groups, doors' numbers and rooms, and the SIP front that phones and doors speak to."""
