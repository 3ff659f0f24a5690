"""The devices' own logs (设备本地日志): whether a device is to send them, what it sent, and finding it again.

Lines are kept as long as points are. A device asks for its switch (`thing/config/log/get`), is told when it is moved
(`thing/config/log/push`) and sends lines with `thing/log/post`.
"""
