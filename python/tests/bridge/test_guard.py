"""Each in a process of its own, as pythonia starts one: the guard is for a whole process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PYTHON = Path(__file__).parents[2]


def run(tmp_path: Path, body: str) -> str:
    """What a guarded process prints on stdout; nothing may come on stderr."""
    (tmp_path / "session").mkdir()
    script = tmp_path / "interface.py"
    start = f"import sys\nsys.path.insert(1, {str(PYTHON)!r})\n"
    script.write_text(f"{start}from adsam_bridge import guard\nguard.install()\n{body}")
    done = subprocess.run(  # noqa: S603
        [sys.executable, script, tmp_path / "session"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout


def test_signals_to_the_process_group_are_left_to_the_parent(tmp_path: Path) -> None:
    body = """
import os
for number in guard.LEFT_TO_THE_PARENT:
    os.kill(os.getpid(), number)
print("alive", flush=True)
"""
    assert run(tmp_path, body) == "alive\n"


def test_programs_and_forks_that_it_starts_can_be_ended(tmp_path: Path) -> None:
    body = """
import os, subprocess, time
sleep = "import time; print(flush=True); time.sleep(60)"
program = subprocess.Popen([sys.executable, "-c", sleep], stdout=subprocess.PIPE)
program.stdout.readline()
program.terminate()
hear, tell = os.pipe()
fork = os.fork()
if fork == 0:
    os.write(tell, b"ready")
    time.sleep(60)
    os._exit(0)
os.read(hear, 5)
os.kill(fork, guard.signal.SIGTERM)
_, status = os.waitpid(fork, 0)
print(program.wait(), -os.WTERMSIG(status), flush=True)
"""
    assert run(tmp_path, body) == "-15 -15\n"


def test_a_fork_that_ends_leaves_the_folder(tmp_path: Path) -> None:
    body = """
import os
fork = os.fork()
if fork == 0:
    sys.exit(3)
_, status = os.waitpid(fork, 0)
print(os.waitstatus_to_exitcode(status), os.path.exists(guard.folders[0]), sys.argv[1:], flush=True)
"""
    assert run(tmp_path, body) == "3 True []\n"
    assert not (tmp_path / "session").exists()


def test_a_parent_that_left_is_no_traceback(tmp_path: Path) -> None:
    assert run(tmp_path, "raise ConnectionResetError('by peer')") == ""


def test_a_thread_of_its_own_that_fails_ends_it_and_says_why(tmp_path: Path) -> None:
    body = """
import builtins, time
def work():
    builtins.len = None
    raise LookupError("nowhere")
guard.start(work)
time.sleep(30)
print("alive", flush=True)
"""
    assert run(tmp_path, body) == ""
    assert "LookupError('nowhere')" in (tmp_path / "session" / "crash.log").read_text()


def test_modules_beside_the_script_are_the_scripts_own(tmp_path: Path) -> None:
    (tmp_path / "proxy.py").write_text("")
    body = """
try:
    import proxy
except ModuleNotFoundError as error:
    print(error, flush=True)
"""
    assert run(tmp_path, body) == "No module named 'proxy'\n"
