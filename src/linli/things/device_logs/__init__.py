"""The devices' own logs (设备本地日志): whether a device sends them, the lines, and their search.

Lines are kept as long as points are. A device asks for its switch (`thing/config/log/get`), is told when it is moved
(`thing/config/log/push`) and sends lines with `thing/log/post`.
"""
