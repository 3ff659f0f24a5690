"""门禁系统官方协议: an integrator's server comes to the box for its doors (spec C 8.5)."""
