from __future__ import annotations

import sys

import psycopg

from benchmarks.cases.stream import QUICK_ROWS, ROWS
from benchmarks.data import load_events
from benchmarks.probe import Probe, Reading, in_new_process

_MODELS = 100_000

_PROGRAM = """
import sys
from pathlib import Path
from benchmarks.contenders.ferra import Event, Events, Ferra
from benchmarks.contenders.psycopg_floor import Floor, event
from benchmarks.cases.stream import Stream
from ferra_sync import select
def peak():
    status = Path("/proc/self/status").read_text().split()
    return int(status[status.index("VmHWM:") + 1]) / 1024
ferra, floor = Ferra(sys.argv[1]), Floor(sys.argv[1])
ferra.db.fetch_all(select(Event).limit(10))
before = peak()
{work}
print(peak() - before)
ferra.close()
floor.close()
"""

_STREAM = {who: _PROGRAM.format(work=f"Stream().{who}({who})(None)") for who in ("floor", "ferra")}
_LOAD = {
    "floor": _PROGRAM.format(
        work=f'rows = floor.all(b"SELECT id, kind, payload, happened_at FROM events LIMIT {_MODELS}", (), event)'
    ),
    "ferra": _PROGRAM.format(work=f"rows = ferra.db.fetch_all(select(Event).limit({_MODELS}))"),
}


class Memory(Probe):
    name = "memory"
    title = "peak memory over the start, each time in a new process (Linux)"
    order = 40

    def readings(self, url: str, connection: psycopg.Connection[object], *, quick: bool) -> list[Reading]:
        if not sys.platform.startswith("linux"):
            return []
        rows = QUICK_ROWS if quick else ROWS
        load_events(connection, rows)
        return [
            Reading(f"stream of {rows:,} models", in_new_process(_STREAM["ferra"], url)[0], "MiB", 20),
            Reading("the same by hand", in_new_process(_STREAM["floor"], url)[0], "MiB"),
            Reading(f"{_MODELS:,} models in a list", in_new_process(_LOAD["ferra"], url)[0], "MiB"),
            Reading("the same by hand", in_new_process(_LOAD["floor"], url)[0], "MiB"),
        ]


PROBES: list[Probe] = [Memory()]
