"""One contender of a benchmark, in a process of its own: what `adsam bench` lets take turns.

    python -m adsam_bench '{"contender": "fit", "network": "resnet20", ...}'

It says ``{"ready": ...}`` on stdout, or ``{"unmeasured": reason}``; then each line on stdin is how
many calls to make, and each line on stdout how long they took. It ends when stdin does.
"""
