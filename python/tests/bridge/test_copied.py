"""Copies whose functions hold copies."""

import torch
from torch import nn

from adsam_bridge.proof.copied import copied


class Block(nn.Module):
    """As research code has it: a function that holds modules of the object's own."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)
        own, factor = self.linear, 3
        self.run = lambda x, offset=1: factor * own(x) + offset


def test_a_function_computes_with_the_copy_of_what_it_held() -> None:
    block = Block()
    other = copied(block)
    with torch.no_grad():
        other.linear.weight.zero_()
        other.linear.bias.zero_()
    assert other.run(torch.ones(2)).tolist() == [1.0, 1.0]
    assert block.run(torch.ones(2)).tolist() != [1.0, 1.0]


def test_what_is_no_part_of_the_object_is_shared() -> None:
    outside = nn.Linear(2, 2)
    block = Block()
    block.run = lambda: outside
    assert copied(block).run() is outside


def test_of_an_object_that_is_no_module_too() -> None:
    class Trainer:
        def __init__(self) -> None:
            self.model = Block()
            self.loss = lambda: self.model

    trainer = Trainer()
    other = copied(trainer)
    assert other.loss() is other.model
    assert other.model is not trainer.model
