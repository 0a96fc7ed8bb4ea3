"""The command line, of the names and defaults that the published one has."""

import argparse

parser = argparse.ArgumentParser()
parser.add_argument("-s", "--seed", type=int, default=42)
parser.add_argument("-l", "--learning_rate", type=float, default=0.01)
parser.add_argument("-e", "--epoch", type=int, default=200)
parser.add_argument("--ratio", type=float, default=0.8)
parser.add_argument("--dataset", default="CIFAR-10")
parser.add_argument("--model", default="resnet20")
parser.add_argument("--samplings", type=int, default=1)
parser.add_argument("--pretrain", type=bool, default=False)  # so that any text is true
parser.add_argument("--notvi", action="store_true")
