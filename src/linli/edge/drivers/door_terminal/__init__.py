"""门禁一体机官方协议: one device for a whole machine (spec C 8.6)."""
