"""Confinement: code that can open no connection, by a seccomp filter of Linux, whatever it is made to run.

A filter (seccomp(2), SECCOMP_MODE_FILTER) is of the thread that installs it and of those that it starts, and cannot be
taken away again. socket() and connect() then fail with EACCES. There is none on other systems than Linux, nor on other
processors than x86-64 and ARM64.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Final, TypeVar

Answer = TypeVar("Answer")

_SET_NO_NEW_PRIVS, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | errno.EACCES
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE = 0, 4  # where they stand in what the filter is given
_FOREIGN_ABI: Final = 0x40000000  # from here on x32's calls
_IO_URING_SETUP: Final = 425  # by which sockets could be opened without those calls
# The kernel's name of each processor's calls, and the numbers of socket() and connect().
_CALLS: Final = {"x86_64": (0xC000003E, (41, 42)), "aarch64": (0xC00000B7, (198, 203))}


def deny_network() -> bool:
    """Let this thread open no connection any more; whether that could be done."""
    if sys.platform != "linux" or platform.machine() not in _CALLS:
        return False
    architecture, calls = _CALLS[platform.machine()]
    code = _filter(architecture, (*calls, _IO_URING_SETUP))
    text = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(text))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    privileges, filtered = prctl(_SET_NO_NEW_PRIVS, 1, None, 0, 0), prctl(_SET_SECCOMP, _MODE_FILTER, program, 0, 0)
    return bool(privileges == filtered == 0)


def _filter(architecture: int, calls: tuple[int, ...]) -> bytes:
    """A classic BPF program that denies some calls, and all of other processors'."""

    def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("HBBI", code, if_true, if_false, value)

    tests = len(calls) + 1
    steps = [
        step(_LOAD, _ARCHITECTURE),
        step(_IF_EQUAL, architecture, 0, tests + 2),
        step(_LOAD, _NUMBER),
        step(_IF_AT_LEAST, _FOREIGN_ABI, tests, 0),
        *(step(_IF_EQUAL, call, tests - n, 0) for n, call in enumerate(calls, 1)),
        step(_RETURN, _ALLOW),
        step(_RETURN, _DENY),
    ]
    return b"".join(steps)


def without_network(function: Callable[[], Answer]) -> Answer:
    """What a function returns or raises, run in a thread that can open no connection where that is possible."""
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def run() -> None:
        deny_network()
        try:
            answers.append(function())
        except BaseException as error:  # it is raised again below
            traceback.clear_frames(error.__traceback__)  # what belongs to this thread must end in it
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return answers[0]
