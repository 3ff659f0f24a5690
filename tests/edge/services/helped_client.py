"""The box's end of the helper, as a process of its own user: `SOCKET WORD CLOUD`, and a plan as JSON on its input."""

import sys
import threading
from pathlib import Path

import msgspec

from linli.edge.services.network import NetworkRefused, NothingToUndo, Plan, TrialRuns
from linli.edge.services.network.helped import HelpedHand
from linli.edge.services.network.trial import answer_of


def main(place: str, word: str, cloud: str) -> None:
    def ask(address: str) -> str:
        why = answer_of(address)
        print(f"asked: {why or 'reached'}", flush=True)
        return why

    hand = HelpedHand(cloud, place=Path(place), ask=ask)
    try:
        if word == "look":
            print(msgspec.json.encode(hand.look()).decode())
        elif word == "undo":
            print(hand.undo())
        else:
            plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
            print(hand.apply(plan) if word == "apply" else hand.try_out(plan), flush=True)
            for thread in threading.enumerate():
                if thread.name == "network-trial":
                    thread.join()
            print(getattr(hand.look().trial, "state", ""))
    except (NetworkRefused, NothingToUndo, TrialRuns, OSError) as error:
        print(f"refused: {type(error).__name__} {error}")


main(*sys.argv[1:4])
