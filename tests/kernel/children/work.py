"""What children do in the tests of their bounds."""

import os

from linli.kernel.children.channel import Channel


def serve(channel: Channel) -> None:
    while True:
        match channel.receive(str):
            case "echo":
                channel.send("echo")
            case "pid":
                channel.send(str(os.getpid()))
            case "environment":
                channel.send(" ".join(sorted(os.environ)))
            case "hoard":
                held = [bytes(1024 * 1024) for _ in range(1024)]
                channel.send(str(len(held)))
            case "loop":
                while True:
                    pass
            case "hang":
                os.read(os.pipe()[0], 1)
            case "abort":
                os.abort()
            case "write":
                with open(os.devnull, "wb") as file:
                    file.write(b"x")
                channel.send("written")
            case "print":
                print("to the pipe?", flush=True)
                channel.send("printed")
            case "raise":
                raise ValueError("of the work's own")
