"""Seeing what a device says and does: charts, its log, traces of single messages, why a call failed, a simulator."""
