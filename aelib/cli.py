"""The console command `aelib`."""

import argparse
from collections.abc import Sequence
from importlib.metadata import version


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="aelib", description="Tools of the autoencoder course.")
    parser.add_argument("--version", action="version", version=f"aelib {version('aelib')}")
    parser.parse_args(arguments)
    parser.print_help()
    return 0
