"""gunicorn's settings, the same on a developer's machine, in a container and under the benchmarks."""

import os
import socket
import struct
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from gunicorn import glogging
from gunicorn.arbiter import Arbiter

from config.serve import port, processes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

wsgi_app = "config.wsgi:application"
try:
    # The demonstration shows everybody's mail, so nobody but this machine may see it.
    host = "127.0.0.1" if settings.DEMONSTRATION else "0.0.0.0"
except ImproperlyConfigured as error:
    sys.exit(str(error))
bind = f"{host}:{port()}"
workers = processes()
worker_class = "gthread"
# Several threads hand the interpreter's lock to and fro: fewer bookings get through, and all of them wait longer. While
# one process waits for the database another has the processor. See docs/adr/0005-one-thread-in-each-web-process.md.
threads = 1
preload_app = True
# Requests are answered within five seconds or not at all; a worker that hangs is replaced.
timeout = 30
graceful_timeout = 8
keepalive = 5
# The workers' heartbeat is a file that is touched all the time: in memory rather than on a disk that may stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
control_socket_disable = True
# How long a client may be silent, in seconds: before the request, which keeps nobody else waiting, and within it.
SILENT_BEFORE, SILENT_WITHIN = 30, 5


def when_ready(server: Arbiter) -> None:
    """Have the system keep connections on which nothing comes, and end those that fall silent half-way.

    Browsers open connections in advance, and phones leave the network. A thread of gunicorn waits five seconds for
    the first word on each, and for the last one for ever.
    """
    silence = struct.pack("ll", SILENT_WITHIN, 0)
    for listener in server.LISTENERS:
        # What is accepted from this socket inherits its limits.
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, silence)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, silence)
        if hasattr(socket, "TCP_DEFER_ACCEPT"):  # Linux has it
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_BEFORE)


class Logger(glogging.Logger):
    """Without a line for each request: config.middleware writes it, and leaves out what is private."""

    def access(self, *facts: object) -> None:
        """Do nothing. gunicorn composes the line even where nobody reads it."""


logger_class = Logger
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JSONFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"handlers": [], "propagate": True}},
}
