"""A filter of system calls: what no exercise needs and some machines do not count.

Shared memory that belongs to no process, files in memory, name spaces of one's own, looking into
other processes. A call is answered with "not permitted". Linux on x86-64 and ARM; elsewhere there
is none.
"""

import ctypes
import platform
import struct

_PR_SET_SECCOMP, _FILTER = 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_NEW_NAMESPACES = 0x7E020000
_X32 = 0x40000000

# audit number of the architecture, number of clone, of clone3, and of what is refused:
# shmget, msgget, semget, memfd_create, unshare, setns, mount, ptrace, process_vm_readv and
# _writev, open_by_handle_at, userfaultfd, bpf, perf_event_open, add_key, keyctl, io_uring_setup
_MACHINES = {
    "x86_64": (
        *(0xC000003E, 56, 435),
        (29, 68, 64, 319, 272, 308, 165, 101, 310, 311, 304, 323, 321, 298, 248, 250, 425),
    ),
    "aarch64": (
        *(0xC00000B7, 220, 435),
        (194, 186, 190, 279, 97, 268, 40, 117, 270, 271, 265, 282, 280, 241, 217, 219, 425),
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def refuse_what_no_exercise_needs() -> bool:
    """Put the filter on this process and all that it starts; returns whether there is one."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    steps = _steps(*machine)
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.addressof(code))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return bool(prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)


def _steps(
    architecture: int, clone: int, clone3: int, refused: tuple[int, ...]
) -> list[tuple[int, int, int, int]]:
    """The program for the kernel: operation, steps to skip if true, if false, and a number."""
    refuse, allow = (_RETURN, 0, 0, _REFUSE | _EPERM), (_RETURN, 0, 0, _ALLOW)
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        refuse,
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        refuse,
        (_EQUAL, 0, 1, clone3),
        (_RETURN, 0, 0, _REFUSE | _ENOSYS),  # the C library then takes clone
        (_EQUAL, 0, 4, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, _NEW_NAMESPACES),
        refuse,
        allow,
    ]
    for number in refused:
        steps += [(_EQUAL, 0, 1, number), refuse]
    return [*steps, allow]
