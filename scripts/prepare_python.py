"""The virtual environment in .venv, installed from the lock file and nothing else."""

import os
import shutil
import sys
from pathlib import Path

from steps import Failed, Stamp, answers, digest, run, say


class PythonEnvironment:
    """`root/.venv`: Python, the locked packages, and a path entry that points to src/."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.interpreter = self.folder / "bin" / "python"
        self.logs = root / "build" / "logs"
        self._lock_file = root / "requirements.lock"
        self._stamp = Stamp(self.folder / "linli-installed.stamp")

    def prepare(self) -> None:
        """Make or refresh the environment if the lock file, the Python or the folder's place changed."""
        wanted = digest([self._lock_file], f"{sys.version_info[:3]}", str(self.root))
        if self._stamp.says(wanted) and self.interpreter.exists():
            return
        if self._is_broken():
            say("the old .venv does not run here any more; making it again")
            shutil.rmtree(self.folder)
        self._stamp.clear()
        if not self.interpreter.exists():
            self.create()
        self.install(self._lock_file, "installing the locked Python packages (once; a minute or two)")
        self._point_to_source()
        self._stamp.write(wanted)

    def path_entries(self) -> list[str]:
        """Folders that a command's PATH begins with."""
        return [str(self.folder / "bin")]

    def install(self, lock_file: Path, title: str) -> None:
        """Install `lock_file` with every hash checked. Never touches the network for what is there already."""
        run(
            title,
            [*self.installer(), "--require-hashes", "-r", str(lock_file)],
            log=self.logs / f"install-{lock_file.stem}.log",
            environment={"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"},
        )

    def site_packages(self) -> Path:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return self.folder / "lib" / version / "site-packages"

    def _is_broken(self) -> bool:
        if not self.folder.exists():
            return False
        same = f"import sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
        if not answers([str(self.interpreter), "-c", same]):
            return True
        # Console scripts hold the absolute path of their interpreter: an environment cannot be moved.
        activate = self.folder / "bin" / "activate"
        return activate.exists() and str(self.folder) not in activate.read_text(errors="replace")

    def create(self, *, bare: bool = False) -> None:
        """Without pip if `bare` or where Debian's python3-venv is not installed: `installer` then finds another way."""
        with_pip = not bare and answers([sys.executable, "-c", "import ensurepip"])
        run(
            "making .venv",
            [sys.executable, "-m", "venv", *([] if with_pip else ["--without-pip"]), str(self.folder)],
            log=self.logs / "venv.log",
        )

    def installer(self) -> list[str]:
        """The command that installs into .venv: its own pip, uv, or the pip of any other Python here."""
        python = str(self.interpreter)
        if answers([python, "-m", "pip", "--version"]):
            return [python, "-m", "pip", "install", "--quiet"]
        for uv in ("uv", str(Path.home() / ".local/bin/uv")):
            if answers([uv, "--version"]):
                return [uv, "pip", "install", "--quiet", "--python", python]
        for other in ("python3", "python", "pip3", "pip"):
            pip = [other, "-m", "pip"] if other.startswith("python") else [other]
            # `--python` came with pip 22.3.
            if answers([*pip, "--python", python, "list"]):
                return [*pip, "--python", python, "install", "--quiet"]
        if os.geteuid() == 0 and shutil.which("apt-get"):
            apt = ["apt-get", "install", "-y", "--no-install-recommends", "python3-venv"]
            run("refreshing the package lists", ["apt-get", "update", "-q"], log=self.logs / "apt.log")
            run(
                "installing python3-venv",
                apt,
                log=self.logs / "apt.log",
                environment={"DEBIAN_FRONTEND": "noninteractive"},
            )
            if answers([python, "-m", "ensurepip"]):
                return [python, "-m", "pip", "install", "--quiet"]
        raise Failed("neither venv's pip, uv nor another pip is here. Debian: apt-get install python3-venv")

    def _point_to_source(self) -> None:
        """Put src/ on the path. A plain entry needs no build step and no network, and edits count at once."""
        (self.site_packages() / "linli-source.pth").write_text(f"{self.root / 'src'}\n")
