"""Runs cells as Jupyter does and prints what `check` says: python kernel.py < notebooks.json."""

import contextlib
import io
import json
import sys
from functools import cache

from IPython.core.interactiveshell import InteractiveShell

from aelib.exercises import learner

learner.prepare = cache(learner.prepare)  # each exercise's cases once, not for every way


def main():
    shell, said = InteractiveShell.instance(), []
    shell.history_manager.enabled = False  # on disk; `In` is kept, which `check` reads
    shell.set_hook("show_in_pager", lambda *_, **__: None)
    for cells in json.load(sys.stdin):
        shell.reset(new_session=False)
        shell.history_manager.input_hist_parsed[:] = [""]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            shell.run_cell("from aelib import check")
            for cell in cells:
                shell.run_cell(cell, store_history=True)
        said.append(printed.getvalue())
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
