"""The processes of one installation: who lives, whose work has to be taken over, who leads, and mail between them."""

from linli.kernel.processes.leases import Lease
from linli.kernel.processes.mail import Mail
from linli.kernel.processes.registry import Process, Processes, TooManyProcesses

__all__ = ["Lease", "Mail", "Process", "Processes", "TooManyProcesses"]
