"""Moving Python over piece by piece: TypeScript functions in the place of Python's."""
