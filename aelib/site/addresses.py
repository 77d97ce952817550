"""Where a reader can run a lesson: links made from the address of the course's repository."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from aelib.site.lessons import SiteError


@dataclass(frozen=True)
class Addresses:
    """The one configured address, and a hub if there is one.

    Args:
        repository: In any form that git or a browser's address bar gives: https://github.com/OWNER/NAME,
            with .git, with /tree/BRANCH, github.com/OWNER/NAME, git@github.com:OWNER/NAME.git,
            ssh://...; "" for none. Kept as https://HOST/OWNER/NAME.
        branch: Which branch the links open; "" for the one in the address, else main.
        hub: A JupyterHub with nbgitpuller, such as https://hub.example.org; "" for none.
        colab: The branch of a repository on github.com to which the notebooks made for Colab are
            pushed, since Colab opens no other place of the web; "" for none.

    Raises:
        SiteError: An address is not one of the web, or Colab cannot open notebooks there.
    """

    repository: str = ""
    branch: str = ""
    hub: str = ""
    colab: str = ""

    def __post_init__(self) -> None:
        hub = urlsplit(self.hub)
        if self.hub and (hub.scheme not in {"http", "https"} or not hub.netloc):
            raise SiteError(f"{self.hub!r} is no address: give one that begins with https://.")
        repository, branch = _web_address(self.repository) if self.repository else ("", "")
        object.__setattr__(self, "repository", repository)
        object.__setattr__(self, "branch", self.branch or branch or "main")
        if self.colab and urlsplit(repository).netloc != "github.com":
            raise SiteError("Colab opens notebooks from github.com: give such a --repository.")
        if self.colab and self.colab == self.branch:
            raise SiteError(f"The notebooks made for Colab need a branch beside {self.branch!r}.")

    @property
    def name(self) -> str:
        """The folder that a clone makes."""
        return self.repository.rpartition("/")[2] or "course"

    def commands(self) -> list[str]:
        """The two commands that open the course on a machine of one's own."""
        if not self.repository:
            return ["cd autoencoders", "python start.py"]
        return [f"git clone {self.repository} && cd {self.name}", "python start.py"]

    def links(self, notebook: str) -> list[tuple[str, str]]:
        """Services that run the notebook, as (name, address)."""
        parts = urlsplit(self.repository)
        path, found = parts.path.strip("/"), []
        branch = quote(self.branch, safe="")
        service = {"github.com": "gh", "gitlab.com": "gl"}.get(parts.netloc)
        if service:
            key = path if service == "gh" else quote(path, safe="")
            tree = quote(f"lab/tree/notebooks/{notebook}", safe="")
            address = f"https://mybinder.org/v2/{service}/{key}/{branch}?urlpath={tree}"
            found.append(("Binder", address))
        if self.colab:
            base, made = "https://colab.research.google.com/github", quote(self.colab, safe="")
            found.append(("Colab", f"{base}/{path}/blob/{made}/{quote(notebook)}"))
        if self.hub and self.repository:
            tree = quote(f"lab/tree/{self.name}/notebooks/{notebook}", safe="")
            query = f"repo={quote(self.repository, safe='')}&branch={branch}&urlpath={tree}"
            found.append(
                ("JupyterHub", f"{self.hub.rstrip('/')}/hub/user-redirect/git-pull?{query}")
            )
        return found


_FORMS = re.compile(
    r"(?:(?:https?|ssh|git)://)?(?:[^@/]+@)?(?P<host>[\w-]+(?:\.[\w-]+)+)(?::\d+(?=/))?[:/]/?"
    r"(?P<path>[^?#\s]+)(?:[?#].*)?"
)
_BRANCH = re.compile(r"/(?:-/)?(?:tree|blob)/(?P<branch>[^/]+).*")


def _web_address(given: str) -> tuple[str, str]:
    """The address as https://HOST/PATH, and the branch that it names, "" for none."""
    form = _FORMS.fullmatch(given.strip())
    path = "/" + form["path"].strip("/") if form else ""
    named = _BRANCH.search(path)
    path = _BRANCH.sub("", path).removesuffix(".git").rstrip("/")
    if not form or path.count("/") < 2:
        example = "https://github.com/OWNER/NAME"
        raise SiteError(f"{given!r} is no address of a repository: give one such as {example}.")
    host = form["host"].lower().removeprefix("www.")
    return f"https://{host}{path}", named["branch"] if named else ""
