#!/usr/bin/env bash
# On a machine with a GPU: what a GPU un-skips is tested, then measured, the most important first.
#
#     scripts/gpu.sh RESULTS [CHECKOUT OF THE PUBLISHED CODE]
#
# Needs Python with torch, numpy, pydantic, safetensors and pytest ($PYTHON, else python3), no Node
# and no network. Results are written as they come, into the folder RESULTS.
set -euo pipefail
cd "$(dirname "$0")/.."
results=${1:?expected a folder for the results, as in: scripts/gpu.sh results ../AS}
checkout=${2:-}
python=${PYTHON:-python3}
export PYTHONPATH="$PWD/python${PYTHONPATH:+:$PYTHONPATH}" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
mkdir -p "$results"

failed=0
"$python" -m pytest -q -p no:cacheprovider --continue-on-collection-errors -k 'gpu or cuda' python/tests \
  2>&1 | tee "$results/tests.txt" || failed=1
"$python" scripts/bench/gpu.py "$results/gpu.json" ${checkout:+"$checkout"} \
  2>&1 | tee "$results/figures.txt" || failed=1
for dtype in float32 bfloat16; do
  "$python" scripts/bench/kernels.py "$dtype" 2>&1 | tee "$results/kernels-$dtype.txt" || failed=1
done
exit "$failed"
