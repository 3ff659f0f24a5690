"""Remote work on boxes: how they are, tunnels, logs, guided checks. ADR 0069; spec C 4.4-4.5, H 5.9."""
