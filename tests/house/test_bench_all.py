"""`linli bench all`: one file of all figures, and what fell against the last kept run."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import all_


def document(ratio: float, **also: float) -> dict[str, Any]:
    lines = [{"name": name.replace("_", " "), "ratio": value} for name, value in also.items()]
    return {"name": "x", "ratio": ratio, "linli": 1, "also": lines, "runs": [1, 2, 3]}


def test_a_tenth_worse_is_named_in_the_figures_own_direction() -> None:
    before = {"gateway": document(0.8, p99_lower_is_better=1.0), "start": document(0.3)}
    kept = {"gateway": document(0.73, p99_lower_is_better=1.09), "start": document(0.4), "new": document(0.1)}
    assert all_.fallen(before, kept) == []
    worse = {"gateway": document(0.71, p99_lower_is_better=1.2), "start": document(0.3)}
    assert all_.fallen(before, worse) == [
        "gateway: 0.71, before 0.8",
        "gateway: p99 lower is better: 1.2, before 1.0",
    ]


def test_every_bench_but_itself_is_run() -> None:
    assert {"gateway", "ingest", "roundtrip", "screens", "start", "database"} <= set(all_.names())
    assert not {"all_", "harness"} & set(all_.names())


def test_one_file_and_a_baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    found = {"database": document(0.5), "start": document(0.3), "gateway": None}
    monkeypatch.setattr(all_, "measured", found.__getitem__)
    monkeypatch.setattr(all_, "BASELINE", tmp_path / "baseline.json")
    to = tmp_path / "new" / "bench.json"
    assert all_.main(["database", "start", "--keep", "--to", str(to)]) == 0
    assert json.loads(to.read_text())["benches"]["start"]["ratio"] == 0.3
    assert json.loads(to.read_text())["machine"]["cores"] >= 1
    found["start"] = document(0.1)
    assert all_.main(["start", "gateway", "--keep", "--to", str(to), "--json"]) == 1, "one bench failed"
    told = capsys.readouterr()
    assert json.loads(told.out.splitlines()[-1])["worse"] == ["start: 0.1, before 0.3"]
    assert "worse than before: start: 0.1, before 0.3" in told.err
    baseline = json.loads((tmp_path / "baseline.json").read_text())["benches"]
    assert {name: one["ratio"] for name, one in baseline.items()} == {"database": 0.5, "start": 0.1}
    with pytest.raises(SystemExit):
        all_.main(["nothing"])
