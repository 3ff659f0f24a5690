"""Parking that the box runs itself: lots, rights, stays and orders in its own file, so that lanes work with the line cut.

Source: spec F 2.9, 3.5, 3.6, 5.11-5.14. `room.ParkingRoom` is the whole of it; drivers of lanes know `ports.Lanes`.
"""
