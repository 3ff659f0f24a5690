"""Faces and plates in pictures: their quality, their persons, their text. Shared by the platform and the box.

Imports no other room. `looks` and `engine` (without its child) need nothing but the standard library and msgspec, so
that a platform without models still runs; numpy, Pillow and ONNX Runtime are imported where models run: in the child
process of `engine.process`, and in that of `plates.engine`.
"""
