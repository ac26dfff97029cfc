from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from core.idempotency import BadKey, KeyReused, once, request_hash
from core.models import IdempotencyKey, SerialCounter
from core.serials import next_serial
from core.testing import refusal_of

REQUEST = {"loan": 17, "amount": Decimal("500.00"), "on": date(2026, 10, 26)}


def test_a_repeat_gets_the_first_answer_and_does_nothing(db):
    first = once(scope="repay:1", key="k-1", request=REQUEST)
    assert first.first
    first.keep({"receipt": 9})
    again = once(scope="repay:1", key="k-1", request={**REQUEST, "amount": Decimal("500")})
    assert not again.first
    assert again.answer == {"receipt": 9}


def test_the_same_key_with_another_request_is_refused(db):
    once(scope="repay:1", key="k-1", request=REQUEST).keep({})
    with pytest.raises(KeyReused):
        once(scope="repay:1", key="k-1", request={**REQUEST, "amount": Decimal("501.00")})


def test_one_persons_key_tells_another_nothing(db):
    once(scope="repay:1", key="k-1", request=REQUEST).keep({"receipt": 9})
    other = once(scope="repay:2", key="k-1", request=REQUEST)
    assert other.first
    assert other.answer is None


def test_a_request_that_failed_can_be_sent_again_corrected(db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        once(scope="repay:1", key="k-1", request=REQUEST)
        _ = 1 / 0
    assert once(scope="repay:1", key="k-1", request={"loan": 18}).first


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_that_cannot_be_stored_is_refused(db, key):
    with pytest.raises(BadKey):
        once(scope="repay:1", key=key, request=REQUEST)
    assert once(scope="repay:1", key="k" * 200, request=REQUEST).first


def test_a_fingerprint_ignores_order_and_trailing_zeros_and_sees_everything_else():
    assert request_hash({"a": 1, "b": Decimal("2.50")}) == request_hash({"b": Decimal("2.5"), "a": 1})
    assert request_hash({"a": 1}) != request_hash({"a": "1"})
    assert request_hash({"a": 1}) != request_hash({"b": 1})
    with pytest.raises(TypeError):
        request_hash({"a": object()})


def test_of_many_at_one_time_one_does_the_work_and_the_rest_see_its_answer(fresh_database):
    def ask(_: int) -> tuple[bool, int]:
        try:
            with transaction.atomic():
                claim = once(scope="repay:1", key="k-1", request=REQUEST)
                if claim.first:
                    claim.keep({"receipt": next_serial("receipt", 2026)})
                return claim.first, claim.answer["receipt"]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(24)))
    assert sum(first for first, _ in answers) == 1
    assert {receipt for _, receipt in answers} == {1}
    assert SerialCounter.objects.get().last == 1


@pytest.mark.parametrize(
    ("attack", "state"),
    [
        ("UPDATE core_idempotencykey SET request_hash = 'x'", "42501"),
        ("UPDATE core_idempotencykey SET response = '{}'", "23001"),
        ("DELETE FROM core_idempotencykey", "42501"),
        ("TRUNCATE core_idempotencykey", "42501"),
        ("INSERT INTO core_idempotencykey (scope, key, request_hash) VALUES ('repay:1', 'k-1', 'y')", "23505"),
    ],
)
def test_the_app_cannot_rewrite_what_was_answered(db, attack, state):
    once(scope="repay:1", key="k-1", request=REQUEST).keep({"receipt": 9})
    assert refusal_of(attack) == state


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE core_idempotencykey SET request_hash = 'x'",
        "DELETE FROM core_idempotencykey",
        "TRUNCATE core_idempotencykey",
    ],
)
def test_the_owner_cannot_either(db, as_role, attack):
    IdempotencyKey.objects.create(scope="s", key="k", request_hash="h")
    with as_role("cooploan_owner"):
        assert refusal_of(attack) == "23001"
