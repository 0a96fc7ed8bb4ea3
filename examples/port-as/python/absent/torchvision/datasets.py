"""Imported by the published code for its data sets, which nobody asks for here."""
