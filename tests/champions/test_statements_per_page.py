"""How many statements a page takes: few, and the same however much there is to know."""

import pytest

from tests.bookings.test_statements_per_page import statements
from tests.factories import ChampionFactory, OfficeFactory, TopicFactory, UserFactory

OWN = ("/account/", "/champion/", "/champion/profile/")
pytestmark = pytest.mark.django_db


def test_each_page_takes_the_same_few(client):
    champion = ChampionFactory.create(user=UserFactory.create(), topics=TopicFactory.create_batch(2))
    organiser = UserFactory.create(organiser=True)
    applicant = ChampionFactory.create(applied=True, topics=TopicFactory.create_batch(2))

    def each_page() -> list[int]:
        client.logout()
        taken = [statements(lambda: client.get("/champions/join/"))]
        decided = (f"/organise/champions/{applicant.pk}/",)
        everybody = ((champion.user, OWN), (applicant.user, ("/champion/application/",)), (organiser, decided))
        for user, addresses in everybody:
            client.force_login(user)
            taken += [statements(lambda address=address: client.get(address)) for address in addresses]
        return taken

    few = each_page()
    for one in (champion, applicant):
        one.offices.set(OfficeFactory.create_batch(5))
        one.skills.bulk_create(one.skills.model(champion=one, topic=topic) for topic in TopicFactory.create_batch(20))
    assert each_page() == few
    assert max(few) <= 12
