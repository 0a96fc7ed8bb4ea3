"""A program of the user's as it runs, watched: what went into functions and came out of them.

``python -m adsam_bridge.recording ORDER WORDS...`` runs it. It starts with the standard library
alone: what a program says before it imports torch counts, as it does without being watched.
"""
