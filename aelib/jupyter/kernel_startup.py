"""Run in each new kernel: a cell that is run before the first one ends in a sentence too.

Where Python has another environment, without the course, it does nothing.
"""

from contextlib import suppress

with suppress(ImportError):
    from aelib.notebook import explain_errors

    explain_errors()
    del explain_errors  # all names that a cell finds are made by a cell
del suppress
