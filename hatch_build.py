"""The package's page: README with links that lead somewhere, wherever the course is published.

A page of a package has no files beside it, so a relative link or picture is dead there. Build with

    AELIB_REPOSITORY=https://github.com/OWNER/NAME python -m hatchling build

and they lead into that repository; without it the page does without them.
"""

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_RELATIVE = re.compile(r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)")


def readme(text: str, repository: str) -> str:
    """README with its relative links made absolute, or as words where there is no repository."""

    def replace(found: re.Match[str]) -> str:
        picture, words, path = found.groups()
        if repository:
            return f"{picture}[{words}]({repository}/{'raw' if picture else 'blob'}/HEAD/{path})"
        return f"*{words}*" if picture else words

    return _RELATIVE.sub(replace, text)


class Page(MetadataHookInterface):
    """Fills in what pyproject.toml calls dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set readme, and the addresses if there is one."""
        repository = os.environ.get("AELIB_REPOSITORY", "").rstrip("/")
        if repository and not re.fullmatch(r"https://[\w.-]+(/[\w.-]+){2,}", repository):
            example = "https://github.com/OWNER/NAME"
            raise ValueError(f"AELIB_REPOSITORY must be such as {example}, not {repository!r}.")
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": readme(text, repository)}
        metadata["urls"] = {}
        if repository:
            metadata["urls"] = {"Repository": repository, "Issues": f"{repository}/issues"}
