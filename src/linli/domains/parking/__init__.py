"""Car parks (车辆通行): lanes, the vehicles that may pass, the cameras that decide; `fees`: what stays cost."""
