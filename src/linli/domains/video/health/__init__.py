"""Whether a camera's picture is good: a key picture now and then, judged by plain rules against its own past."""
