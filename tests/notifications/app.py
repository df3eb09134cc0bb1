"""An app for the workers of tests: it writes letters, and can take a worker's protections away."""

import os
from importlib import import_module

from django.apps import AppConfig


class Letters(AppConfig):
    name = "tests.notifications.app"
    label = "letters"

    def ready(self) -> None:
        import_module("tests.notifications.letters")
        if protection := os.environ.get("WORKER_WITHOUT"):
            getattr(import_module("tests.notifications.sabotage"), f"without_{protection}")()
