"""Streams of cameras as files: cut into fragments, appended, cut off where they tore, and joined for a span.

A file is fragmented MP4 that begins with a key picture and plays by itself. It only grows, by whole fragments, so after
a crash it plays up to the last one. Nothing is encoded anew.
"""
