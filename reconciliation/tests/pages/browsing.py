"""Opening the month's pages and sending their forms, as the tests of pages do."""

from django.urls import reverse


def line_in(remittance, row):
    return remittance.lines.get(row=row)


def page(client, name, *args, query="", **data):
    response = client.get(reverse(f"reconciliation:{name}", args=args) + query, data or None)
    assert response.status_code == 200, (response.status_code, response.headers.get("Location"))
    return response.content.decode()


def send(client, name, *args, query="", **data):
    return client.post(reverse(f"reconciliation:{name}", args=args) + query, data)


def is_sent_to(response, name, *args, query=""):
    assert response.status_code == 302, response.content.decode()[:3000]
    assert response.headers["Location"] == reverse(f"reconciliation:{name}", args=args) + query
