"""A small GPT of the names and shapes that minGPT has, for where there is no checkout of it."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class NewGELU(nn.Module):
    """The tanh approximation of GELU."""

    def forward(self, x: Tensor) -> Tensor:
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
        return x / 2 * (1 + inner.tanh())


class CausalSelfAttention(nn.Module):
    """Several heads, each position of which sees those up to itself."""

    def __init__(self, config) -> None:
        super().__init__()
        self.n_head = config.n_head
        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)
        length = config.block_size
        self.register_buffer("bias", torch.ones(1, 1, length, length).tril())

    def forward(self, x: Tensor) -> Tensor:
        length = x.shape[1]
        queries, keys, values = (
            part.unflatten(-1, (self.n_head, -1)).transpose(1, 2)
            for part in self.c_attn(x).chunk(3, dim=-1)
        )
        scores = queries @ keys.mT / math.sqrt(keys.shape[-1])
        future = self.bias[:, :, :length, :length] == 0
        weights = self.attn_dropout(scores.masked_fill(future, -math.inf).softmax(-1))
        heads = (weights @ values).transpose(1, 2).flatten(2)
        return self.resid_dropout(self.c_proj(heads))


class Block(nn.Module):
    """Attention and a perceptron, each on what is normalised, each added to what came."""

    def __init__(self, config) -> None:
        super().__init__()
        width = config.n_embd
        self.ln_1 = nn.LayerNorm(width)
        self.attn = CausalSelfAttention(config)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = nn.ModuleDict(
            {
                "c_fc": nn.Linear(width, 4 * width),
                "c_proj": nn.Linear(4 * width, width),
                "act": NewGELU(),
                "dropout": nn.Dropout(config.resid_pdrop),
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        hidden = self.mlp["act"](self.mlp["c_fc"](self.ln_2(x)))
        return x + self.mlp["dropout"](self.mlp["c_proj"](hidden))


class GPT(nn.Module):
    """Tokens to logits of the next one."""

    def __init__(self, config) -> None:
        super().__init__()
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(config.vocab_size, config.n_embd),
                "wpe": nn.Embedding(config.block_size, config.n_embd),
                "drop": nn.Dropout(config.embd_pdrop),
                "h": nn.ModuleList(Block(config) for _ in range(config.n_layer)),
                "ln_f": nn.LayerNorm(config.n_embd),
            }
        )
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                residual = name.endswith("c_proj.weight")
                nn.init.normal_(
                    parameter, std=0.02 / math.sqrt(2 * config.n_layer if residual else 1)
                )
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def configure_optimizers(self, config) -> torch.optim.AdamW:
        """Weight decay for the matrices that are multiplied with, and none for the rest."""
        linear = {id(layer.weight) for layer in self.modules() if isinstance(layer, nn.Linear)}
        decayed = [one for one in self.parameters() if id(one) in linear]
        rest = [one for one in self.parameters() if id(one) not in linear]
        groups = [
            {"params": decayed, "weight_decay": config.weight_decay},
            {"params": rest, "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=config.learning_rate, betas=config.betas)

    def forward(self, idx: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        positions = torch.arange(idx.shape[1])
        parts = self.transformer
        x = parts["drop"](parts["wte"](idx) + parts["wpe"](positions))
        for block in parts["h"]:
            x = block(x)
        logits = self.lm_head(parts["ln_f"](x))
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)
