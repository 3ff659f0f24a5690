"""Durable queues over the change log: one for each subscription, at least once, in order as far as it can be kept."""
