"""Print the ledger of erasures."""

import json

from django.core.management.base import BaseCommand

from privacy.ledger import line_of
from privacy.models import Erasure


class Command(BaseCommand):
    help = (
        "Prints the ledger of erasures, one line of JSON each: ids, times and keyed hashes, nothing that says who it "
        "was. Keep it apart from the database, and give it to replay_erasures after a restore."
    )

    def handle(self, *args, **options) -> None:
        for entry in Erasure.objects.iterator(chunk_size=1000):
            self.stdout.write(json.dumps(line_of(entry)))
