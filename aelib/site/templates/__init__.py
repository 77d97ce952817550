"""The pages' templates, and the policy by which a page runs only its own scripts.

A template enters when several pages need markup of their own; only the scripts named here run
before the first paint.
"""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from aelib.site.prose import breakable

_INLINE = ("head.js", "contents.js")  # they must run before the first paint


def render(template: str, values: dict[str, Any]) -> bytes:
    """A page from its template.

    Args:
        template: lesson.html, text.html, index.html, api.html or api_page.html.
        values: What the template asks for; a value that is missing is an error.
    """
    return _environment().get_template(template).render(**values).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("aelib.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    scripts = {name: _script(name) for name in _INLINE}
    environment.globals["breakable"] = breakable
    environment.globals["inline"] = {name: Markup(text) for name, text in scripts.items()}
    environment.globals["hashes"] = [_hash(text) for text in scripts.values()]
    return environment


def _script(name: str) -> str:
    return files("aelib.site.templates").joinpath(name).read_text(encoding="utf-8").strip()


def _hash(script: str) -> str:
    """How a security policy names a script that may run."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"
