"""Work on what strangers hand in, done in a child process that can be spared.

`parent.Nursery` starts `python -m linli.kernel.children.entry`, which loads what the work needs and then forks for each
piece of work; the fork bounds itself (memory, processor time, files) and calls one function with a `Channel`. Both ends
speak in frames of at most FRAME_MAX bytes, an answer for each ask, so that a result of any length comes in pieces. A
child that breaks a bound ends alone.

Nothing is imported here: the child would load the parent's side too.
"""
