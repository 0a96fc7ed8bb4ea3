"""The published code as a backend: a checkout of it, as it is, behind the endpoints of a session.

None of it is here: whoever wants it gives the folder.
"""
