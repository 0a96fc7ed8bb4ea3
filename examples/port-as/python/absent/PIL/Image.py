"""Imported by the published code to save pictures, which nobody asks for here."""
