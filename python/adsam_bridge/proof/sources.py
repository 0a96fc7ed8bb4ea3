"""Files of the user's that are proved, as they were when they were first seen."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adsam_bridge.modules import Folder
from adversarial_sampling.errors import AdversarialSamplingError

_seen: dict[tuple[str, str], str] = {}


def check_unchanged(target: str, function: Callable[..., Any], modules: Folder) -> str | None:
    """The file of a function; None where it has none.

    Raises:
        AdversarialSamplingError: ``usage`` where the file is another one than it was: what runs is
            what was imported then.
    """
    try:
        file = inspect.getsourcefile(inspect.unwrap(function))
    except TypeError:
        return None
    if file is None or not Path(file).is_file():
        return None
    now = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    if _seen.setdefault((modules.path, file), now) != now:
        raise AdversarialSamplingError(
            f"{target}: {file} has changed since Python imported it",
            suggestion="open the backend again",
        )
    return file
