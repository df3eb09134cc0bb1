"""`python -m runner`, which is `make run`: the database, the web server and the worker, until Ctrl-C or SIGTERM."""

import sys

from runner.postgres import PostgresError
from runner.processes import CannotRun
from runner.supervisor import run

try:
    run()
except (CannotRun, PostgresError) as error:
    print(error, file=sys.stderr)
    sys.exit(1)
