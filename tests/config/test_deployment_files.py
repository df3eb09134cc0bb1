"""What the README lists reaches a whole installation."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Only the migration may know the owner, and nobody shows a department's mail to everybody.
NOT_FOR_WEB_AND_WORKER = {"DATABASE_OWNER_URL", "DEMONSTRATION"}


def test_compose_passes_every_setting_of_the_readme():
    readme, compose = (ROOT / "README.md").read_text(), (ROOT / "compose.yaml").read_text()
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", readme, re.MULTILINE))
    shared = compose.partition("services:")[0]
    passed = set(re.findall(r"^    ([A-Z_]+): ", shared, re.MULTILINE))
    assert len(listed) > 20
    assert listed - NOT_FOR_WEB_AND_WORKER <= passed


def test_the_image_holds_every_app():
    from django.conf import settings

    image = (ROOT / "Dockerfile").read_text()
    allowed = (ROOT / ".dockerignore").read_text().split()
    apps = {name.partition(".")[0] for name in settings.INSTALLED_APPS} & {each.name for each in ROOT.iterdir()}
    assert apps >= {"accounts", "bookings", "config"}
    for app in apps:
        assert f"COPY {app} {app}\n" in image
        assert f"!{app}" in allowed
