"""The console command `aelib`."""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from aelib.files import write_atomically


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="aelib", description="Tools of the autoencoder course.")
    parser.add_argument("--version", action="version", version=f"aelib {version('aelib')}")
    commands = parser.add_subparsers(title="commands", required=True)
    strip = commands.add_parser("strip", help="take live widgets out of notebooks to be committed")
    strip.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    strip.add_argument("--check", action="store_true", help="change nothing; exit 1 if needed")
    strip.set_defaults(run=lambda chosen: _strip(chosen.notebooks, chosen.check))
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))


def _strip(paths: list[Path], check: bool) -> int:
    """Strip each notebook, or only say which would need it."""
    from aelib.widgets.strip import strip

    status = 0
    for path in paths:
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            print(f"{path} is not a notebook that can be read ({error}).", file=sys.stderr)
            return 2
        if strip(notebook):
            status |= check
            print(f"{path}: {'holds' if check else 'took out'} live widgets")
            if not check:
                text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
                write_atomically(path, text.encode())
    return status
