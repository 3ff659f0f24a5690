"""Serial numbers (SN 码), printed on devices, and the device of each number. Spec B 2.5.2, F14; A TOP-06.

A maker hands in a list, sorted into categories. The installer of a device reads the number off its back instead of
typing a product key and a device name.
"""
