"""Every page of a built site in a browser of another kind, and a slider moved on each.

    python tests/browser/every_page.py site/ "firefox --headless --no-remote --profile {}"
    python tests/browser/every_page.py site/ "xvfb-run -a $WEBKIT/MiniBrowser"

The tests do it with Firefox. For WebKitGTK there is this command: Debian's libwebkit2gtk-4.1-0 has
a MiniBrowser, in /usr/lib/x86_64-linux-gnu/webkit2gtk-4.1.
"""

import sys
import tempfile
from pathlib import Path
from shutil import copy

from anywhere import anywhere


def faults(site: Path, command: str, folder: Path) -> tuple[list[str], int]:
    """What goes wrong on the pages, and on how many of them a slider moved a picture.

    Args:
        site: What `aelib site` wrote.
        command: What opens the browser, as `anywhere` takes it.
        folder: An empty one, for what the browser loads.
    """
    (folder / "site").symlink_to(site.resolve())
    copy(Path(__file__).with_name("foreign.mjs"), folder / "page.mjs")
    with anywhere(command, folder) as ask:
        found = {path.stem: ask(path.stem) for path in sorted(site.glob("*.html"))}
    said = []
    for name, page in found.items():
        said += [f"{name}: {error}" for error in page["errors"]]
        if page["alive"] != page["boxes"]:
            said.append(f"{name}: {page['alive']} of {page['boxes']} widgets live")
        if page["moved"] is False:
            said.append(f"{name}: a slider moved and no picture did")
    return said, sum(page["moved"] is True for page in found.values())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        found, moved = faults(Path(sys.argv[1]), sys.argv[2], Path(folder))
    print(*found, f"{len(found) or 'no'} faults; a slider moved on {moved} pages", sep="\n")
    sys.exit(bool(found))
