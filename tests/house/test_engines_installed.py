"""`./linli test` installs engines for its own use and leaves no service of theirs behind."""

import subprocess
from types import SimpleNamespace

import pytest

import run_tests


def test_services_are_denied_while_packages_are_installed(tmp_path):
    policy = tmp_path / "policy-rc.d"
    with pytest.raises(KeyboardInterrupt), run_tests.no_service_starts(policy):
        assert subprocess.run([policy, "rabbitmq-server", "start"]).returncode == 101
        raise KeyboardInterrupt
    assert not policy.exists()


def test_a_policy_of_the_machine_stays_as_it_is(tmp_path):
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 0\n")
    with run_tests.no_service_starts(policy):
        assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"


@pytest.mark.parametrize("before, disabled", [(1, True), (0, False)])
def test_units_that_were_not_enabled_before_are_not_afterwards(monkeypatch, before, disabled):
    lines: list[list[str]] = []

    def child(line: list[str], **more: object) -> SimpleNamespace:
        lines.append(line)
        return SimpleNamespace(returncode=before)

    monkeypatch.setattr(run_tests, "run", lambda title, line, **more: lines.append(line))
    monkeypatch.setattr(run_tests.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(run_tests.subprocess, "run", child)
    run_tests.install("haproxy")
    assert (["systemctl", "disable", "--quiet", "haproxy.service"] in lines) is disabled
    assert set(run_tests.UNITS) <= set(run_tests.ENGINES)
