"""Work on files from strangers, in a child process that may die.

`parent.Nursery` starts `python -m linli.kernel.children.entry`. That process loads the modules and then forks for each
piece of work. The fork limits itself (memory, processor time, files) and calls one function with a `Channel`. Both ends
send frames of at most FRAME_MAX bytes, one answer for each question, so a result of any length comes in pieces. A child
that exceeds a limit ends alone.

Nothing is imported here, because the child would load the parent's side too.
"""
