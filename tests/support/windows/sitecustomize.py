"""Python without what it lacks on Windows. Every process that has this folder on its path imports this as it starts.

Libraries have code for both systems, which is not what is tested; so they are imported before anything is taken away.
"""

import asyncio
import importlib.abc
import multiprocessing.connection  # noqa: F401
import os
import signal
import sys
import time
from collections.abc import Sequence
from types import ModuleType

import anyio._backends._asyncio  # noqa: F401
import click  # noqa: F401
import httpx  # noqa: F401
import mcp.server.lowlevel
import mcp.server.stdio  # noqa: F401

MODULES = {
    "curses",
    "fcntl",
    "grp",
    "posix",
    "pty",
    "pwd",
    "readline",
    "resource",
    "syslog",
    "termios",
    "tty",
    "uvloop",
}
ATTRIBUTES: dict[ModuleType, tuple[str, ...]] = {
    os: ("PRIO_PROCESS", "fork", "getpriority", "getuid", "killpg", "setpriority"),
    signal: ("SIGHUP", "SIGUSR1", "alarm", "pthread_sigmask"),
    time: ("clock_gettime",),
}


class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname in MODULES:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def no_signal_handler(*_: object) -> None:
    raise NotImplementedError


loop = asyncio.new_event_loop()
type(loop).add_signal_handler = no_signal_handler  # type: ignore[method-assign, assignment]  # as Windows' loop has it
loop.close()
for name in MODULES:
    sys.modules.pop(name, None)
for module, names in ATTRIBUTES.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
sys.meta_path.insert(0, Missing())
sys.platform = "win32"
