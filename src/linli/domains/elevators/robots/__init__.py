"""Robots, movers and wheelchairs that ride in lifts beside people. Protocol: Open-RMF's lift messages (ADR 0096)."""
