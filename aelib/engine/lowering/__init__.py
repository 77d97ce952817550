"""PyTorch's operations, each as steps of the engine.

A function takes Steps, the operation itself, the shapes of what it answered, and the operation's
own arguments; it returns the value of the first answer, or a list of values. What is not here the
browser does not know, and the kernel answers. An operation enters with a decoder in
tests/engine/decoders.py that needs it.
"""

from aelib.engine.lowering.numbers import NUMBERS
from aelib.engine.lowering.pictures import PICTURES
from aelib.engine.lowering.places import PLACES
from aelib.engine.lowering.sums import SUMS

LOWER = {**NUMBERS, **PLACES, **SUMS, **PICTURES}
