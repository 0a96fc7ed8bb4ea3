"""The version of this package, the same as the npm package's."""

__version__ = "0.1.0"
