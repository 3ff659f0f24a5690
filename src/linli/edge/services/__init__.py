"""The box's services on the LAN beside its drivers: files, local MQTT, ways for apps, its own console, its network.

`files` is the file service (port 9102), `network` writes the files of the network cards, `interconnect` lets apps on the
LAN hear events and reach the cloud, `keeping` backs the box up and moves it to other hardware, `console` is the small
web page that an installer opens on site.
"""
