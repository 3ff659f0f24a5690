"""What `tests.real.forked` has imported before the first process is forked off."""

import gc
import importlib

gc.disable()
for _name in ("linli.cli", "linli.app.run", "linli.admin.main", "linli.ops.main"):
    importlib.import_module(_name)
gc.freeze()  # a child that looks for cycles would else copy all of it
gc.enable()
