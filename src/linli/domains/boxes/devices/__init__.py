"""Devices under a gateway's protocol: their forms, imports, places. Spec C 8."""
