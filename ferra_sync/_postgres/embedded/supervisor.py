"""The small shell that stands between us and the server, or a directory that is to be removed.

It holds the read end of a pipe whose write end only this process has: `end()`, the interpreter's exit, a crash and
`kill -9` all close that pipe, and the shell then does what is left to do. Nothing depends on the thread that began.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import Final

from ferra_sync._postgres.embedded.account import NULL, Account

_STOP_SECONDS: Final = 60.0

SERVE: Final = r"""
bin=$1 data=$2 scratch=$3 init=$4
shift 4
# 3: the lock on the data directory, held for as long as this shell or the server lives. 4: the pipe.
exec 3>&1 4<&0 >&2 </dev/null
trap : HUP INT QUIT TERM
if [ -z "$init" ] || "$bin/initdb" -D "$data" $init 4<&-; then
    trap - HUP INT QUIT TERM
    "$bin/postgres" -D "$data" "$@" 4<&- &
    server=$!
    # A server this young still ignores INT, as every background process of a shell does; TERM it never ignores.
    { read -r _ <&4; kill -INT $server; kill -TERM $server; } 2>/dev/null 3>&- &
    watcher=$!
    # Only now: a child just forked would still have these traps, and lose the signal meant to end it.
    trap "kill -INT $server" HUP INT TERM
    trap "kill -QUIT $server" QUIT
    while kill -0 $server 2>/dev/null; do wait $server; done
    kill $watcher 2>/dev/null
    wait $watcher
fi
rm -rf -- "$scratch"
"""
REMOVE: Final = 'trap : HUP INT QUIT TERM; read -r _; rm -rf -- "$1"'

SPAWNING: Final = threading.RLock()
"""Held by whoever opens a pipe or a lock, and across every fork: no forked child keeps one by accident."""
_LIVE: Final[set[Supervisor]] = set()


class Supervisor:
    """A shell that does its work until this process closes the pipe, or ends."""

    def __init__(self, script: str, *arguments: str, account: Account, lock: int = NULL, log: int = NULL) -> None:
        command = ("/bin/sh", "-c", script, "ferra-embedded", *arguments)
        with SPAWNING:
            read_end, write_end = os.pipe()
            try:
                self.process: subprocess.Popen[bytes] = account.spawn(*command, stdin=read_end, stdout=lock, stderr=log)
            except BaseException:
                os.close(write_end)
                raise
            finally:
                os.close(read_end)
            self._lifeline: int | None = write_end
            _LIVE.add(self)

    def end(self) -> None:
        """Close the pipe and wait; a server that does not stop in time is stopped without its last checkpoint."""
        self._let_go()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()

    def forget(self) -> None:
        """In a forked child: leave the process to our parent, whose child it is."""
        self._let_go()
        self.process.returncode = 0

    def _let_go(self) -> None:
        with SPAWNING:
            lifeline, self._lifeline = self._lifeline, None
            _LIVE.discard(self)
            if lifeline is not None:
                os.close(lifeline)


def _forget_all() -> None:
    for supervisor in tuple(_LIVE):
        supervisor.forget()
    SPAWNING.release()


if sys.platform != "win32":
    os.register_at_fork(before=SPAWNING.acquire, after_in_parent=SPAWNING.release, after_in_child=_forget_all)
