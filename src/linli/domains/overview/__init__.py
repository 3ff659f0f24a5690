"""Figures of a community: people, houses, traffic, vehicles; and its devices on a map. No other room imports this one."""
