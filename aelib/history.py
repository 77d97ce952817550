"""What a training was like, whoever trained: `fit`, a loop of one's own, or a page."""

from dataclasses import dataclass, field


@dataclass(repr=False)
class History:
    """What happened during a training, in the unit of its loss.

    Args:
        loss: The mean over each epoch, also over one that was cut short.
        validation: After each epoch, if it was asked for.
        steps: The loss of every batch.
        seconds: How long it took.
        interrupted: Whether it was stopped by hand.

    Example:
        >>> history = aelib.History(loss=[52.0, 21.5, 17.9])  # of a training loop of your own
        >>> history
        History(3 epochs)
    """

    loss: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False

    def __repr__(self) -> str:
        return f"History({len(self.loss)} epochs)"
