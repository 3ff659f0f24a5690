"""Streams of cameras: taken in by a child process, cut into pictures there, and fanned out here without transcoding.

`pump.Pump` is the platform's end of the child; `hub.Stream` keeps what a player needs to begin; `outputs` packs each
picture once for all players of one kind.
"""
