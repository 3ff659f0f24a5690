"""捷顺 门禁领御III: one controller, up to four doors, each a device of its own (spec C 8.3, 8.8)."""
