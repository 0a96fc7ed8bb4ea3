"""Settings, as the stand-in's modules take them."""

from types import SimpleNamespace

CfgNode = SimpleNamespace
