"""Small truths about processes that the servers here share."""

import ctypes
import signal


def die_with_parent() -> None:
    """For a new child, before it runs its program: on Linux, have it told to stop when its parent dies, however."""
    parent_death_signal = 1
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(parent_death_signal, signal.SIGINT)
