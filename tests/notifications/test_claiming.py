"""Any number of workers, and each email from one of them. Each protection has its control."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from django.db import connection
from django.utils import timezone

from notifications import outbox
from notifications.models import OutboxEmail
from notifications.worker import Worker
from tests.notifications.letters import queue_letter, queue_letters, work


def at_once(count: int, act: Callable[[], object]) -> list:
    """What `act` returns in each of that many threads, which have a connection each and start together."""
    barrier = Barrier(count)

    def one(_: int) -> object:
        try:
            connection.ensure_connection()
            barrier.wait()
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def claim_all() -> list[int]:
    """Claim until nothing is left."""
    claimed = []
    while batch := outbox.claim(timezone.now()):
        claimed += [email.pk for email in batch]
    return claimed


def test_workers_that_claim_at_once_never_claim_the_same_email(transactional_db):
    queue_letters(1000)
    claims = Counter(pk for claimed in at_once(6, claim_all) for pk in claimed)
    assert len(claims) == 1000
    assert set(claims.values()) == {1}


def test_control_without_the_lock_they_do(transactional_db):
    queue_letters(outbox.BATCH)
    have_read = Barrier(2)

    def claim_without_a_lock() -> list[int]:
        due = list(OutboxEmail.objects.due(timezone.now()).values_list("pk", flat=True)[: outbox.BATCH])
        have_read.wait()
        return due

    claims = Counter(pk for claimed in at_once(2, claim_without_a_lock) for pk in claimed)
    assert set(claims.values()) == {2}


def test_a_worker_does_not_wait_for_another_that_is_just_claiming(transactional_db):
    queue_letters(outbox.BATCH * 2)
    with outbox.transaction.atomic():
        list(OutboxEmail.objects.due(timezone.now()).select_for_update(skip_locked=True)[: outbox.BATCH])
        [others] = at_once(1, lambda: outbox.claim(timezone.now()))
    assert len(others) == outbox.BATCH


def test_what_a_dead_worker_claimed_is_sent_once_its_lease_is_over(db, mail_server):
    queue_letter()
    long_ago = timezone.now() - outbox.LEASE - timedelta(seconds=1)
    OutboxEmail.objects.update(next_try_at=long_ago)
    outbox.claim(long_ago)
    work()
    email = OutboxEmail.objects.get()
    assert (email.state, email.attempts) == ("sent", 1)


def test_what_a_living_worker_claimed_is_left_to_it(db, mail_server):
    queue_letter()
    outbox.claim(timezone.now())
    work()
    assert OutboxEmail.objects.get().state == "sending"
    assert not mail_server.taken


def be_overtaken() -> None:
    """Claim, be so slow that another worker takes over and sends what was claimed, then try to send it."""
    queue_letter()
    claimed = outbox.claim(timezone.now())
    OutboxEmail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    work()
    Worker().send(claimed)


def test_a_worker_that_was_overtaken_sends_nothing(db, mail_server):
    be_overtaken()
    assert len(mail_server.taken) == 1
    assert OutboxEmail.objects.get().attempts == 1


def test_control_without_comparing_leases_it_sends_a_second_copy(db, mail_server, monkeypatch):
    def write_to_whatever_is_there(email: OutboxEmail, **changes) -> bool:
        if changes["lease_until"]:
            del changes["lease_until"]  # a constraint allows one only while it is being sent
        return bool(OutboxEmail.objects.filter(pk=email.pk).update(**changes))

    monkeypatch.setattr(outbox, "_write", write_to_whatever_is_there)
    be_overtaken()
    assert len(mail_server.taken) == 2


def test_no_outcome_is_written_under_a_lease_that_is_not_ones_own(db):
    queue_letter()
    [email] = outbox.claim(timezone.now())
    OutboxEmail.objects.update(lease=outbox.uuid4())
    now = timezone.now()
    assert not outbox.take_in_hand(email, now)
    assert not outbox.mark_sent(email, now)
    assert not outbox.drop(email, "x")
    assert not outbox.postpone(email, "x", now)
    assert not outbox.give_up(email, "x")
    assert OutboxEmail.objects.get().state == "sending"


def test_an_attempt_cut_short_counts_as_unsure_and_the_second_such_is_the_last(db, mail_server):
    queue_letter(context={"code": "123456"})
    for _ in range(2):
        [email] = outbox.claim(timezone.now())
        outbox.take_in_hand(email, timezone.now())
        OutboxEmail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        outbox.take_over_lapsed(timezone.now())
    email = OutboxEmail.objects.get()
    assert (email.state, email.attempts, email.unsure_attempts, email.context) == ("dead", 2, 2, {})
    assert email.last_error == outbox.NOBODY_KNOWS
    work()
    assert not mail_server.taken
