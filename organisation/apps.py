from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """The department's own lists: offices, teams, grades, topics, symptoms."""

    name = "organisation"
