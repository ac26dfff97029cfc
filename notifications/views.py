from django.conf import settings
from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from notifications.models import Message
from notifications.selectors import outbox
from notifications.services import mark_read

PAGE = 50


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """A person's own messages, newest first."""
    found = list(Message.objects.inbox_of(request.user)[:PAGE])
    return render(
        request,
        "notifications/inbox.html",
        {"inbox": found, "unread": sum(message.read_at is None for message in found)},
    )


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one message as read and go where it leads."""
    message = Message.objects.inbox_of(request.user).filter(pk=pk).first()
    if message is None:
        raise Http404
    mark_read(user=request.user, at=now(), message_id=pk)
    return redirect(message.link or "notifications:inbox")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark the whole inbox as read."""
    mark_read(user=request.user, at=now())
    flash.success(request, _("All your messages are marked as read."))
    return redirect("notifications:inbox")


@require_GET
def practice_outbox(request: HttpRequest) -> HttpResponse:
    """On the practice site: the e-mails that would have gone out. Nowhere else is there such a page."""
    if not settings.PRACTICE:
        raise Http404
    return render(request, "notifications/outbox.html", {"outbox": outbox()})
