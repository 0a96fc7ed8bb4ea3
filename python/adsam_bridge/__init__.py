"""The Python end of a session: what TypeScript drives the package through."""
