"""A stand-in for a payment provider, for samples and trials: its own books, a page with buttons, signed notices by HTTP.

No money moves. It knows the platform as a provider would: by orders it is told of, and by the address of notices.
"""
