"""What a module offers to a caller, as data: functions, classes, types of what goes in and out."""

from .modules import contract_of

__all__ = ["contract_of"]
