"""Write a migration from what the models have and the newest schema has not: `new_migration.py "Say what changes"`.

Brings an empty database to the head, compares, writes. Read the result, mend it, and then keep the database that it
makes: `python -m tests.migrations.kept`.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from linli.migrations import runner
from linli.ops.models import all_models


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    models = all_models()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/schema.db"
        if runner.head():
            runner.upgrade(url)
        script = runner.write(url, models, arguments[0], time.strftime("%Y%m%d_%H%M%S", time.gmtime()))
    for step in (["format"], ["check", "--fix"]):
        subprocess.run(
            [str(Path(sys.executable).parent / "ruff"), *step, "--quiet", str(script)], check=False
        )
    print(script)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
