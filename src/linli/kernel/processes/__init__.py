"""The processes of one installation: which are alive, take-over of dead ones' work, the leader, and mail between them."""

from linli.kernel.processes.leases import Lease
from linli.kernel.processes.mail import Mail
from linli.kernel.processes.registry import Process, Processes, TooManyProcesses

__all__ = ["Lease", "Mail", "Process", "Processes", "TooManyProcesses"]
