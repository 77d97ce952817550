#!/usr/bin/env bash
# Guess:   an output that holds a widget's view and a PNG shows the PNG where the widget's state is
#          gone, for that is what several types in one output are for.
# Happens: in a notebook that one has run oneself, JupyterLab chooses the type before it knows
#          whether the widget can be drawn, and shows "Error displaying widget: model not found"; the
#          picture beside it is not shown. (Of a file from elsewhere, not trusted, it is shown.)
# Version: jupyterlab 4.6.6, ipywidgets 8.1.9 (jupyterlab_widgets 3.0.17). Needs Chromium.
# Course:  committed notebooks keep the picture only (`aelib strip`), never a view without state; and
#          aelib/jupyter/server.py opens a notebook that no kernel serves without such views.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/fresh.sh"
fresh jupyterlab==4.6.6 ipywidgets==8.1.9 nbformat==5.11.1 ipykernel==7.4.0 playwright==1.65.2

"$python" - << 'PYTHON'
import base64
import struct
import zlib

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
png += chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
view = {"model_id": "0123456789abcdef0123456789abcdef", "version_major": 2, "version_minor": 0}
data = {"image/png": base64.b64encode(png).decode(), "text/plain": "a slider"}
data["application/vnd.jupyter.widget-view+json"] = view
output = new_output("display_data", data=data)
notebook = new_notebook(cells=[new_code_cell("slider", outputs=[output], execution_count=1)])
notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
nbformat.write(notebook, "widget.ipynb")
PYTHON
export JUPYTER_DATA_DIR="$folder/DATA" # a notebook that one has run oneself is trusted
"$python" -m jupyter trust widget.ipynb
status=0
seen=$("$python" "$here/browser.py" widget.ipynb \
  'document.querySelectorAll(".jp-OutputArea-output img").length + " pictures, " + document.querySelector(".jp-OutputArea-output").textContent.trim()') || status=$?
echo "JupyterLab shows: $seen"
[ "$status" = 0 ] || exit "$status"
case "$seen" in
  "0 pictures, "*"model not found"*) echo "the error is shown, the picture beside it is not" ;;
  *) echo "changed" && exit 1 ;;
esac
