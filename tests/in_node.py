"""What our JavaScript says in Node, for the tests that need no page."""

import json
import subprocess


def said_in_node(folder, code, sent=None):
    """What a script prints as JSON, run in a folder that holds the modules that it imports."""
    (folder / "run.mjs").write_text(code, encoding="utf-8")
    done = subprocess.run(
        ["node", "run.mjs"], cwd=folder, input=sent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
