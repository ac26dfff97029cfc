"""What the tests of the pages do with a browser that runs no script."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from onboarding.models import BookImport
from users.testing import sign_in


def client_of(user) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def url(name: str, book_import: BookImport | None = None, *more) -> str:
    return reverse(f"onboarding:{name}", args=[*([book_import.pk] if book_import else []), *more])


def words_of(answer) -> str:
    """What a person reads of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def upload(client: Client, data: bytes, name: str = "books.xlsx"):
    return client.post(url("upload"), {"file": SimpleUploadedFile(name, data)})


def answers_about(book_import: BookImport, place: int, **changes) -> dict:
    """What the form of a sheet would send, as its page shows it."""
    page = client_of(book_import.brought_by).get(url("meaning", book_import)).content.decode()
    form = re.search(rf'action="{url("change_sheet", book_import, place)}".*?</form>', page, re.DOTALL)[0]
    sent = dict(re.findall(r'<input type="text" name="([^"]+)"(?: value="([^"]*)")?', form))
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent | {f"s{place}-{name}": value for name, value in changes.items()}
