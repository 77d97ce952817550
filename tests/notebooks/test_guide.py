"""notebooks/GUIDE_your_own_model.md, run with three networks as public ones are written."""

import re
from pathlib import Path

import pytest
import torch
from torch import nn

from aelib.widgets import LatentExplorer, NoiseExplorer

GUIDE = Path(__file__).parents[2] / "notebooks" / "GUIDE_your_own_model.md"


class DenseVAE(nn.Module):
    """With methods of its own."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 128), nn.Linear(128, 8), nn.Linear(128, 8)
        self.fc3, self.fc4 = nn.Linear(8, 128), nn.Linear(128, 784)

    def encode(self, x):
        h = torch.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h) - 4

    def decode(self, z):
        return torch.sigmoid(self.fc4(torch.relu(self.fc3(z))))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 784))
        return self.decode(mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)), mu, logvar


class WithView(nn.Module):
    """Convolutional, with view between maps and code."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 8, 3, 2, 1), nn.Conv2d(8, 16, 3, 2, 1)
        self.down, self.up = nn.Linear(784, 16), nn.Linear(16, 784)
        self.deconv1, self.deconv2 = (
            nn.ConvTranspose2d(16, 8, 4, 2, 1),
            nn.ConvTranspose2d(8, 1, 4, 2, 1),
        )

    def encoder(self, x):
        h = torch.relu(self.conv2(torch.relu(self.conv1(x))))
        return self.down(h.view(h.size(0), -1))

    def decoder(self, z):
        h = torch.relu(self.deconv1(torch.relu(self.up(z)).view(-1, 16, 7, 7)))
        return torch.sigmoid(self.deconv2(h))

    def forward(self, x):
        return self.decoder(self.encoder(x))


class UNet(nn.Module):
    """With a way around, so that no code explains its answers."""

    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Conv2d(1, 8, 3, 2, 1), nn.ConvTranspose2d(8, 8, 4, 2, 1)
        self.out = nn.Conv2d(9, 1, 3, padding=1)

    def forward(self, x):
        h = torch.relu(self.up(torch.relu(self.down(x))))
        return torch.sigmoid(self.out(torch.cat([x, h], dim=1)))


@pytest.mark.parametrize(
    ("network", "shape", "widget", "size"),
    [
        (DenseVAE, (-1, 784), LatentExplorer, 8),
        (WithView, (-1, 1, 28, 28), LatentExplorer, 16),
        (UNet, (-1, 1, 28, 28), NoiseExplorer, 784),
    ],
)
def test_the_guide_runs(network, shape, widget, size, tmp_path, capsys):
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 4
    torch.manual_seed(0)
    names = {"make_network": network, "shape": shape, "show": widget, "path": tmp_path / "m"}
    for block in blocks:
        exec(compile(block, str(GUIDE), "exec"), names)
    said = capsys.readouterr().out
    assert f"{network.__name__} on 1,000 pictures" in said
    assert f"{size} numbers; browser" in said
    assert len(names["history"].loss) == 3
