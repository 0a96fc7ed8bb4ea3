"""The networks, and how to build one from its spec."""

from .build import build
from .given import check_model
from .network import AUTOCAST, Network, parameter_dtype
from .resnet import ResNet
from .vgg import VGG

__all__ = ["AUTOCAST", "VGG", "Network", "ResNet", "build", "check_model", "parameter_dtype"]
