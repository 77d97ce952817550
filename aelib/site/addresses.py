"""Where a reader can run a lesson: links made from the address of the course's repository."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from aelib.site.lessons import SiteError


@dataclass(frozen=True)
class Addresses:
    """The one configured address, and a hub if there is one.

    Args:
        repository: Such as https://github.com/OWNER/NAME; "" for none.
        branch: Which branch the links open.
        hub: A JupyterHub with nbgitpuller, such as https://hub.example.org; "" for none.

    Raises:
        SiteError: An address is not one of the web.
    """

    repository: str = ""
    branch: str = "main"
    hub: str = ""

    def __post_init__(self) -> None:
        for address in filter(None, (self.repository, self.hub)):
            if urlsplit(address).scheme not in {"http", "https"} or not urlsplit(address).netloc:
                raise SiteError(f"{address!r} is no address: give one that begins with https://.")

    @property
    def name(self) -> str:
        """The folder that a clone makes."""
        return self.repository.rstrip("/").removesuffix(".git").rpartition("/")[2] or "course"

    def commands(self) -> list[str]:
        """The two commands that open the course on a machine of one's own."""
        if not self.repository:
            return ["cd autoencoders", "python start.py"]
        return [f"git clone {self.repository} && cd {self.name}", "python start.py"]

    def links(self, notebook: str) -> list[tuple[str, str]]:
        """Services that run the notebook, as (name, address)."""
        parts = urlsplit(self.repository)
        path, found = parts.path.strip("/").removesuffix(".git"), []
        file, branch = quote(f"notebooks/{notebook}"), quote(self.branch, safe="")
        service = {"github.com": "gh", "gitlab.com": "gl"}.get(parts.netloc)
        if service:
            key = path if service == "gh" else quote(path, safe="")
            tree = quote(f"lab/tree/notebooks/{notebook}", safe="")
            address = f"https://mybinder.org/v2/{service}/{key}/{branch}?urlpath={tree}"
            found.append(("Binder", address))
        if service == "gh":
            base = "https://colab.research.google.com/github"
            found.append(("Colab", f"{base}/{path}/blob/{branch}/{file}"))
        if self.hub and self.repository:
            tree = quote(f"lab/tree/{self.name}/notebooks/{notebook}", safe="")
            query = f"repo={quote(self.repository, safe='')}&branch={branch}&urlpath={tree}"
            found.append(
                ("JupyterHub", f"{self.hub.rstrip('/')}/hub/user-redirect/git-pull?{query}")
            )
        return found

    def colab_setup(self) -> str:
        """What a first cell on Colab must run, which knows neither aelib nor the data."""
        return "\n".join(
            [
                f"!git clone --depth 1 {self.repository} {self.name}",
                f"%pip install -q ./{self.name}",
                f"%cd {self.name}/notebooks",
            ]
        )
