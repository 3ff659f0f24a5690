"""Simulated lifts: cars that do what cars do, for every driver's simulator. No protocol and no I/O."""
