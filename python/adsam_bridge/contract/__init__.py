"""What a module offers to a caller, as data: functions, classes, types of what goes in and out."""

from .code import code_of
from .modules import contract_of

__all__ = ["code_of", "contract_of"]
