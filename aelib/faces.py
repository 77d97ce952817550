"""The address of aelib.data.faces under which lesson 07 and learners' notebooks import it."""

from aelib.data.faces import FACTORS, draw_faces

__all__ = ["FACTORS", "draw_faces"]
