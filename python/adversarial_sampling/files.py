"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import AdversarialSamplingError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
WITHOUT_OWNERS = (errno.EPERM, errno.EINVAL, errno.ENOSYS)
"""Of who may not give files away, and of file systems that know no owners."""


def read_file(path: str | os.PathLike[str]) -> bytes:
    """The whole content.

    Raises:
        AdversarialSamplingError: ``file`` when it is missing, no regular file, cannot be read, or
            changes meanwhile.
    """
    with explained("read", path):
        before = Path(path).stat()
        _check_regular(before, "read", path)
        with Path(path).open("rb") as file:
            content = file.read()
            after = os.fstat(file.fileno())
    if _version(after) != _version(before) or len(content) != after.st_size:
        raise AdversarialSamplingError(
            f"{path} changed while it was read",
            code="file",
            suggestion="read it again once it is written",
        )
    return content


def replace_file(path: str | os.PathLike[str], *parts: bytes | memoryview) -> None:
    """Writes the parts beside ``path`` and then renames: a failure leaves the old file as it was.

    A link's file is replaced, not the link; a file that is replaced keeps its permissions, and its
    owner and group where the system allows that.

    Raises:
        AdversarialSamplingError: ``file`` when the folder is missing, or the path is no file's or
            may not be written; ``disk`` when there is no room.
    """
    target, old = _write_target(path)
    # Of a length of its own: the target's name may be as long as names may be.
    partial = target.with_name(f".adsam-{secrets.token_hex(16)}.partial")
    try:
        with explained("write", path):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            descriptor = os.open(partial, flags, old.st_mode & 0o7777 if old else 0o666)
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor is no path
                if old:
                    _keep_rights(descriptor, old)
                file.writelines(parts)
                file.flush()
                os.fsync(descriptor)
            partial.replace(target)
    finally:
        with suppress(OSError):
            partial.unlink()


def check_writable(*paths: str | os.PathLike[str]) -> None:
    """Holds paths to files that can be written, each its own: better now than after an epoch.

    Raises:
        AdversarialSamplingError: as ``replace_file``, but for want of room, and ``usage`` where
            two are one file.
    """
    targets: set[Path] = set()
    for path in paths:
        target, _ = _write_target(path)
        if target in targets:
            raise AdversarialSamplingError(f"expected a file of its own for each, got {path} twice")
        targets.add(target)


def _write_target(path: str | os.PathLike[str]) -> tuple[Path, os.stat_result | None]:
    """The file behind all links, also one yet to be made, and what is known of the old one."""
    with explained("write", path):
        try:
            old = Path(path).stat()
        except FileNotFoundError:
            old = None
        target = Path(os.path.realpath(path))
        if old:
            _check_regular(old, "write", path)
            _check_access(target, os.W_OK)
        elif not target.parent.exists():
            raise AdversarialSamplingError(
                f"cannot write {target}: there is no folder {target.parent}",
                code="file",
                suggestion="create the folder first",
            )
        _check_access(target.parent, os.W_OK | os.X_OK)
    return target, old


def _version(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _check_access(path: Path, mode: int) -> None:
    if not os.access(path, mode):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES).lower(), str(path))


def _check_regular(found: os.stat_result, doing: str, path: str | os.PathLike[str]) -> None:
    """A pipe or device has no size to read, and is not replaced by a file."""
    if stat.S_ISREG(found.st_mode):
        return
    kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    raise AdversarialSamplingError(
        f"cannot {doing} {path}: it is a {kinds.get(stat.S_IFMT(found.st_mode), 'device')}",
        code="file",
        suggestion="give the path of a file",
    )


def _keep_rights(descriptor: int, old: os.stat_result) -> None:
    """The owner first, for a change of owner takes rights away."""
    own = os.fstat(descriptor)
    if (own.st_uid, own.st_gid) != (old.st_uid, old.st_gid):
        try:
            os.fchown(descriptor, old.st_uid, old.st_gid)
        except OSError as error:
            if error.errno not in WITHOUT_OWNERS:
                raise
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


@contextmanager
def explained(doing: str, path: str | os.PathLike[str]) -> Generator[None]:
    """Turns what the system says into an error of ours."""
    try:
        yield
    except (OSError, ValueError) as error:  # a NUL in the path is a ValueError
        full = isinstance(error, OSError) and error.errno in NO_ROOM
        reason = error.strerror if isinstance(error, OSError) else None
        raise AdversarialSamplingError(
            f"cannot {doing} {path}: {(reason or str(error)).lower()}",
            code="disk" if full else "file",
            suggestion="free some space" if full else "check the path and its permissions",
        ) from error
