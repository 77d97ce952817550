"""Workers that are kept, and replaced when they die."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aelib.classroom.isolation import Limits
from aelib.classroom.preparation import Task
from aelib.classroom.sandbox import Worker, WorkerError


@dataclass(frozen=True)
class Settings:
    """What holds for every student of a run."""

    tasks: Sequence[Task]
    limits: Limits
    trusted: bool
    hidden: Sequence[Path] = ()  # files that students must not read
    prints: bool = False  # whether to compare answers

    @property
    def lessons(self) -> list[str]:
        """The lessons that have tasks."""
        return sorted({task.lesson for task in self.tasks})

    def of(self, lessons: Sequence[str]) -> list[Task]:
        """The tasks of these lessons."""
        return [task for task in self.tasks if task.lesson in lessons]


class Staff:
    """A worker that reads notebooks and one that runs answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._workers: dict[str, Worker] = {}
        self._stopped = False

    def stop(self) -> None:
        """End the workers, and what they do; called by another thread."""
        self._stopped = True
        for worker in list(self._workers.values()):
            worker.close()

    def next_student(self) -> None:
        """Where students cannot be kept apart within a sandbox, begin with a new one."""
        if "run" in self._workers and self._workers["run"].for_one_student:
            self._workers.pop("run").close()

    def ask(self, kind: str, jobs: Sequence[bytes], largest: int) -> list[tuple[str, bytes]]:
        """Ask the worker of a kind; begin with a new one after it died."""
        settings = self._settings
        if self._stopped:
            raise WorkerError
        if kind not in self._workers:  # the one that only reads goes without torch
            self._workers[kind] = Worker(
                settings.limits,
                torch=kind == "run",
                trusted=settings.trusted,
                hidden=settings.hidden,
            )
        try:
            return self._workers[kind].ask(jobs, largest=largest)
        except WorkerError:
            if self._stopped:
                raise
            self._workers.pop(kind).close()
            return [("crashed", b"")]
