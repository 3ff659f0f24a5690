"""Ports for engines: no process of the tests is given another's, and none is the kernel's to give."""

import socket
import subprocess
import sys
from pathlib import Path

from tests import ports
from tests.ports import BLOCK, FIRST, LOOPBACK, Block, free_port

ROOT = Path(__file__).resolve().parents[2]


def test_two_processes_have_ports_of_their_own() -> None:
    line = [sys.executable, "-c", "from tests.ports import free_port; print(free_port()); input()"]
    others = [
        subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        given = [free_port(), *(int(other.stdout.readline()) for other in others if other.stdout)]
    finally:
        for other in others:
            other.communicate("\n", timeout=30)
    assert len({port // BLOCK for port in given}) == 3, given


def test_one_that_is_bound_is_passed_over_and_all_bound_are_none() -> None:
    block = Block(None, range(first := free_port(), first + 2))
    with socket.socket() as taken:
        taken.bind((LOOPBACK, first))
        assert {block.port() for _ in range(4)} == {first + 1}
        assert Block(None, range(first, first + 1)).port() is None


def test_a_block_is_free_again_when_its_process_is_gone_and_there_may_be_none() -> None:
    mine = Block.take(below=60_000)
    again = Block.take(below=60_000)
    assert set(mine.ports).isdisjoint(again.ports)
    mine.give_back()
    again.give_back()
    assert Block.take(below=FIRST).port() is None


def test_where_there_is_no_block_the_kernel_chooses(monkeypatch) -> None:
    monkeypatch.setattr(ports, "_own", lambda: Block.take(below=FIRST))
    assert free_port() > 1023
