"""gunicorn's settings, the same on a developer's machine, in a container and under the benchmarks."""

import os
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from gunicorn import glogging

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
# While one waits for the database the other has the processor. More than two hand the interpreter's lock to and fro
# so often that fewer bookings get through: measured with four, an eighth.
threads = 2
preload_app = True
# Requests are answered within five seconds or not at all; a worker that hangs is replaced.
timeout = 30
graceful_timeout = 8
keepalive = 5
# The workers' heartbeat is a file that is touched all the time: in memory rather than on a disk that may stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
control_socket_disable = True


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
