"""What a notebook adds to Python's own words: where a name comes from, and what frees memory."""

import re
import sys
from types import TracebackType
from typing import Any

_NO_NAME = (
    "{name} is not there (yet): it is made in a cell above that has not been run since Python was "
    "started, or it is spelt otherwise. Run ▸ Run All Above Selected Cell, then this cell again."
)
_NO_MEMORY = (
    "This does not fit into memory: take fewer rows at a time, such as x[:1000], or a smaller "
    "network. Kernel ▸ Restart Kernel frees what other cells hold."
)
_NO_KEY = (
    "This cell asks for {key!r}, which is left out or spelt otherwise where its table is made, in "
    "a cell above or in this one. Put it back there, or take it out here as well; then "
    "Run ▸ Run All Cells."
)
_FULL = re.compile(r"allocate memory|not enough memory|out of memory", re.I)  # as torch says it


def explain_errors() -> None:
    """In a notebook, end some of Python's errors in a sentence that says what to do."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None and not shell.custom_exceptions:  # what others have set up stays
        shell.set_custom_exc((NameError, KeyError, MemoryError, RuntimeError), _explain)


def _explain(
    shell: Any,
    kind: type[Exception],
    error: Exception,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show the error as always, and the sentence below it."""
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    if kind is NameError and error.name:  # type: ignore[attr-defined]
        print(_NO_NAME.format(name=error.name), file=sys.stderr)  # type: ignore[attr-defined]
    if kind is KeyError and error.args and _in_a_cell(shell, trace):
        print(_NO_KEY.format(key=error.args[0]), file=sys.stderr)
    if isinstance(error, MemoryError) or (kind is RuntimeError and _FULL.search(str(error))):
        print(_NO_MEMORY, file=sys.stderr)


def _in_a_cell(shell: Any, trace: TracebackType) -> bool:
    """Whether the line that failed is one of the notebook's own."""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_globals is shell.user_ns
