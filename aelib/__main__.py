"""`python -m aelib` is the console command `aelib`."""

import sys

from aelib.cli import main

sys.exit(main())
