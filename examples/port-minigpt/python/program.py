"""A small GPT of minGPT's that learns to sort three digits: the program whose functions move to TypeScript.

minGPT is not part of this: MINGPT_CHECKOUT names a clone of github.com/karpathy/minGPT. Without one a stand-in serves, of the
same names and shapes.
"""

import os
import sys
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

sys.path.insert(0, os.environ.get("MINGPT_CHECKOUT") or str(Path(__file__).parent / "stand_in"))

from mingpt.model import GPT, CausalSelfAttention  # noqa: E402
from mingpt.utils import CfgNode  # noqa: E402

DIGITS, LENGTH = 3, 3


def settings(dropout: float):
    shape = {
        "n_layer": 2,
        "n_head": 2,
        "n_embd": 8,
        "vocab_size": DIGITS,
        "block_size": 2 * LENGTH - 1,
    }
    pdrop = {"embd_pdrop": dropout, "resid_pdrop": dropout, "attn_pdrop": dropout}
    return CfgNode(model_type=None, **shape, **pdrop)


def attention(dropout: float) -> CausalSelfAttention:
    """Attention by itself, which is made of settings and not of plain arguments."""
    return CausalSelfAttention(settings(dropout))


def batch(number: int) -> tuple[Tensor, Tensor]:
    """Digits followed by the same in order, and what comes next: -1 where nothing is asked."""
    digits = torch.randint(DIGITS, (4, LENGTH), generator=torch.Generator().manual_seed(number))
    whole = torch.cat([digits, digits.sort(dim=1).values], dim=1)
    targets = whole[:, 1:].clone()
    targets[:, : LENGTH - 1] = -1
    return whole[:, :-1], targets


class Trainer:
    """The step that minGPT's trainer takes.

    Args:
        dropout: probability, everywhere.
        taken: how many steps it has taken already.
    """

    def __init__(self, dropout: float = 0.0, taken: int = 0) -> None:
        torch.manual_seed(0)
        self.model = GPT(settings(dropout))
        rates = CfgNode(learning_rate=0.01, weight_decay=0.1, betas=(0.9, 0.95))
        self.optimizer = self.model.configure_optimizers(rates)
        for number in range(taken):
            self.step(*batch(number))

    def step(self, x: Tensor, y: Tensor) -> Tensor:
        """One step; the loss that it started from."""
        loss = self.model(x, y)[1]
        self.model.zero_grad(set_to_none=True)
        loss.backward()
        clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return loss


def train(steps: int) -> list[float]:
    """The losses of a short training."""
    trainer = Trainer()
    return [trainer.step(*batch(number)).item() for number in range(steps)]


if __name__ == "__main__":
    print(train(3))
