"""MQTT 3.1.1 for devices and subscribers: packets, a connection over TCP, TLS or WebSocket, and a link that stays up.

Its own, since both lines of paho-mqtt exclude each other: `aliyun-iot-linkkit`, from which devices are moved over, needs
paho below 2, and only paho 2 can acknowledge a message after it was handled.
"""
