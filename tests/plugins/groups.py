"""Which worker runs what, under `--dist loadgroup`.

Tests of one `xdist_group` run on one worker: pytest-xdist 3.8 writes the group into an attribute that pytest 9.2 no
longer reads, and so deals the tests of a group out to all workers.

Files marked `patient` wait for most of their time, for a broker to start or a device to come back, and leave the
processor to others meanwhile. With `--patient-worker` the last worker takes them, each file or group as a whole, and
nothing else; the others take what is left of them when their own work is done.
"""

import pytest
from _pytest.nodeid import NodeId
from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped]
from xdist.workermanage import WorkerController  # type: ignore[import-untyped]

PATIENT = "patient "
"""What names of groups begin with."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--patient-worker", action="store_true", help="the last worker takes what waits, alone")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        groups = sorted({str(mark.args[0]) for mark in item.iter_markers("xdist_group")})
        if item.get_closest_marker("patient") is not None:
            groups = [PATIENT + " ".join(groups or [item.path.stem])]
        if groups and not item.nodeid.endswith(suffix := "@" + "_".join(groups)):
            item._id = NodeId.parse(item.nodeid + suffix)


class PatientLast(LoadGroupScheduling):  # type: ignore[misc]
    """Groups go to the workers as ever, but for the patient ones, which the last of the workers has for itself."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        fitting = self._waiting(patient=self._is_patient(node))
        if fitting is not None:
            self.workqueue.move_to_end(fitting, last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if self._is_patient(node) and not node.shutting_down and self._waiting(patient=True) is None:
            node.shutdown()  # when it is done with what it has
        else:
            super()._reschedule(node)

    def _waiting(self, *, patient: bool) -> str | None:
        return next((scope for scope in self.workqueue if scope.startswith(PATIENT) is patient), None)

    def _is_patient(self, node: WorkerController) -> bool:
        return bool(node.gateway.id == f"gw{self.numnodes - 1}")


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadGroupScheduling | None:
    return PatientLast(config, log) if config.getoption("patient_worker") else None
