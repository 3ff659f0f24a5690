"""Messages between box and cloud for remote work (ADR 0069). Pure: no I/O, no clock.

`wire`       the frames of a tunnel: questions, answers, pieces of files
`diagnosis`  the steps of a diagnosis, what each found, and how the found layer is told
`guides`     the guided checks: from what was measured to the failing layer and what to do
"""
