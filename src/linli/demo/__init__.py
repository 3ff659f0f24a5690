"""`linli demo`: a living sample community (桂花园) on simulated devices, offline and resettable.

Everything in it is made through the rooms' own services and travels over the real MQTT socket. Names and phones are
invented; no phone here (199 0000 xxxx) belongs to anybody.
"""
