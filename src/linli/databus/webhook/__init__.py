"""Webhooks: messages POSTed to an address of the integrator's, signed, tried again until they get through."""
