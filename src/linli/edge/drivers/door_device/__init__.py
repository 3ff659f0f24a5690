"""门禁设备官方协议: door machines that come to the box themselves, one device for each thing they can do (spec C 8.4)."""
