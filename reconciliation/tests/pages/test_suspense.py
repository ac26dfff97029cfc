"""The pages of suspense."""

import pytest
from django.urls import reverse

from reconciliation.models import SuspenseItem
from reconciliation.services.suspense import propose_owner
from reconciliation.tests.factories import (
    AT,
    books_agree,
    has,
    post,
)
from reconciliation.tests.pages.browsing import is_sent_to, line_in, page, send
from users.testing import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(remittance):
    post(remittance)
    return SuspenseItem.objects.get(line=line_in(remittance, 6))


def test_suspense_is_listed_by_age_with_its_reason(client, officer, item):
    text = page(client, "suspense")
    assert "ZUBAIRU Quartey" in text
    assert "Nobody in the register fits this line" in text
    assert "3 lines" in text
    assert "Nothing was cleared yet" in page(client, "suspense", show="cleared")


def test_one_person_proposes_and_another_agrees(client, officer, item, people, treasurer):
    text = page(client, "suspense_item", item.pk, q=people[3].surname)
    assert people[3].number in text
    is_sent_to(send(client, "suspense_item", item.pk, member=people[3].pk), "suspense_item", item.pk)
    assert "somebody else has to agree" in page(client, "suspense_item", item.pk)
    answer = client.post(reverse("reconciliation:clear", args=[item.pk]), {"member": people[3].pk}, follow=True)
    assert "somebody else must agree" in answer.content.decode()
    sign_in(client, treasurer)
    text = page(client, "clear", item.pk)
    assert f'name="member" value="{people[3].pk}"' in text
    is_sent_to(send(client, "clear", item.pk, member=people[3].pk), "suspense_item", item.pk)
    assert has(people[3])["savings"] == people[3].monthly_savings
    text = page(client, "suspense_item", item.pk)
    assert f"Credited to {people[3].name}" in text
    assert "ZUBAIRU" in page(client, "suspense", show="cleared")
    books_agree()


def test_who_agreed_to_another_owner_credits_nobody(client, officer, item, people, treasurer):
    propose_owner(item=item, member=people[3], by=officer, at=AT)
    sign_in(client, treasurer)
    answer = client.post(reverse("reconciliation:clear", args=[item.pk]), {"member": people[1].pk}, follow=True)
    assert "Another owner was proposed in the meantime" in answer.content.decode()
    assert SuspenseItem.objects.get(pk=item.pk).status == "open"
