"""The workspace: groups, suggestions, finding a member, taking back."""

import pytest
from django.urls import reverse

from reconciliation.models import RemittanceLine
from reconciliation.tests.factories import (
    as_asked,
    make_employer,
    make_return,
    make_saver,
    row_of,
)
from reconciliation.tests.pages.browsing import is_sent_to, line_in, page, send

pytestmark = pytest.mark.django_db


def test_every_line_and_every_member_expected_is_in_one_group(client, officer, remittance, people):
    text = page(client, "workspace", remittance.pk)
    assert "1 line" in text and "Suggested" in text  # suggestions are shown first
    counts = {"matched": 1, "suggested": 1, "short": 1, "missing": 1, "unmatched": 1, "waiting": 1}
    for group, count in counts.items():
        text = page(client, "workspace", remittance.pk, group=group)
        here = f'?group={group}" aria-current="page"'
        assert here in text
        assert f", {count} line" in text, group
    assert people[3].name in page(client, "workspace", remittance.pk, group="missing")
    assert "₦5,000 short" in text or "short" in page(client, "workspace", remittance.pk, group="short")


def test_a_suggestion_says_why_and_is_accepted_by_a_button(client, officer, remittance, people):
    line = line_in(remittance, 2)
    text = page(client, "workspace", remittance.pk)
    assert '<span class="chip chip-x">Other staff no.</span><span class="chip">Name</span>' in text
    assert "savings ₦10,000, Christmas ₦500, loans ₦10,000" in text
    accept = reverse("reconciliation:accept", args=[line.pk])
    assert f'data-key="a" formaction="{accept}?group=suggested&amp;page=1&amp;at=0"' in text
    answer = send(client, "accept", line.pk, member=people[0].pk, query="?group=suggested&page=1&at=0")
    is_sent_to(answer, "workspace", remittance.pk, query="?group=suggested&page=1&at=0")
    line.refresh_from_db()
    assert (line.state, line.member, line.confirmed_by) == ("matched", people[0], officer)


def test_not_this_leaves_the_line_to_nobody(client, officer, remittance):
    line = line_in(remittance, 2)
    is_sent_to(send(client, "reject", line.pk, query="?group=suggested"), "workspace", remittance.pk,
               query="?group=suggested")  # fmt: skip
    line.refresh_from_db()
    assert (line.state, line.member) == ("unmatched", None)


def test_the_member_of_an_unknown_line_is_found_and_chosen(client, officer, remittance, people):
    line = line_in(remittance, 6)
    text = page(client, "find", line.pk, q=people[3].surname.lower(), group="unmatched")
    assert people[3].number in text and "11,500" not in text
    assert f'action="{reverse("reconciliation:accept", args=[line.pk])}?group=unmatched"' in text
    is_sent_to(send(client, "accept", line.pk, member=people[3].pk), "workspace", remittance.pk)
    line.refresh_from_db()
    assert (line.state, line.member) == ("matched", people[3])


def test_only_members_of_this_employer_are_found(client, officer, remittance):
    stranger = make_saver(make_employer("SVP"))
    line = line_in(remittance, 6)
    assert "Nobody found" in page(client, "find", line.pk, q=stranger.number)
    text = send(client, "accept", line.pk, member=stranger.pk).headers["Location"]
    assert "is not with" in client.get(text).content.decode()
    line.refresh_from_db()
    assert line.state == "unmatched"


def test_a_member_who_has_a_line_is_shown_without_a_button(client, officer, remittance, people):
    text = page(client, "find", line_in(remittance, 6).pk, q=people[2].number)
    assert "has a line" in text
    assert "It is this one" not in text


def test_a_button_without_a_member_is_told_so(client, officer, remittance):
    answer = client.post(reverse("reconciliation:accept", args=[line_in(remittance, 2).pk]), follow=True)
    assert "Choose the member first." in answer.content.decode()


def test_the_line_says_what_came_why_and_where_it_would_go(client, officer, remittance, people):
    text = page(client, "line", line_in(remittance, 2).pk)
    for words in ("99001", people[0].number, "Where the money would go", people[0].loans.get().serial, "10,000",
                  "The name is a member", "The amount is what we asked for"):  # fmt: skip
        assert words in text, words


def test_the_sure_ones_are_seen_in_a_list_before_they_are_taken(client, officer, remittance, people):
    line = line_in(remittance, 2)
    RemittanceLine.objects.filter(pk=line.pk).update(confidence=95)
    assert "1 is 95% or surer" in page(client, "workspace", remittance.pk)
    text = page(client, "accept_sure", remittance.pk)
    assert f'name="seen" value="{line.pk}"' in text
    assert "The suggestions have changed" in send(client, "accept_sure", remittance.pk, seen="1").content.decode()
    answer = send(client, "accept_sure", remittance.pk, seen=str(line.pk))
    is_sent_to(answer, "workspace", remittance.pk, query="?group=suggested")
    line.refresh_from_db()
    assert line.state == "matched"


def test_a_return_is_taken_back_and_gone_from_the_lists(client, officer, remittance):
    assert "Nothing of it is posted" in page(client, "take_back", remittance.pk)
    is_sent_to(send(client, "take_back", remittance.pk), "returns")
    assert "return.csv" not in page(client, "returns").partition("toasts")[2].partition("</h2>")[2]
    assert client.get(reverse("reconciliation:workspace", args=[remittance.pk])).status_code == 404
    line = remittance.lines.first()
    assert client.get(reverse("reconciliation:line", args=[line.pk])).status_code == 404


def test_how_the_file_was_read_is_told(client, officer, schedule, people):
    rows = [*as_asked(schedule)[:3], row_of(people[3], "₦12,000.00")]
    remittance = make_return(schedule, rows, credit="55000")
    assert "How it was read" in page(client, "workspace", remittance.pk)
    assert "Repaired" in page(client, "reading", remittance.pk)
