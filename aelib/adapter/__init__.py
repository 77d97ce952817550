"""Any model -> `encode` and `decode`, functions from rows to rows, found by running it.

Widgets and `diagnose` use them alone, so that whatever a network looks like, it is asked in one
way. A new way to write a model enters ways.py; a new kind of answer enters answers.py, a new
layout of pictures pictures.py.
"""

from aelib.adapter.adapt import adapt
from aelib.adapter.adapted import Adapted
from aelib.adapter.pictures import Layout, Pictures, open_pictures

__all__ = ["Adapted", "Layout", "Pictures", "adapt", "open_pictures"]
