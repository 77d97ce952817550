"""What a hand can move, and what moves by itself while a network trains."""

from aelib.widgets.training_monitor import TrainingMonitor

__all__ = ["TrainingMonitor"]
