"""The practice site's role switch: become one of its people without a password. Anywhere else it does not exist."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from users.models import PracticePerson, User
from users.sessions import note_second_factor, open_session

PEOPLE = "users.practice.people"
CACHED_SECONDS = 60


def offer(*, user: User, label: str, position: int = 0) -> PracticePerson:
    """Put a person on the role switch; for the command that fills the practice site."""
    person, _ = PracticePerson.objects.update_or_create(user=user, defaults={"label": label, "position": position})
    caches["local"].delete(PEOPLE)
    return person


@login_not_required
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Become the chosen person, second factor and all."""
    if not settings.PRACTICE:
        raise Http404
    chosen = request.POST.get("person", "")
    person = get_object_or_404(
        PracticePerson.objects.select_related("user"), pk=chosen if chosen.isdecimal() else None, user__is_active=True
    )
    open_session(request, person.user)
    note_second_factor(request, person.user, type="practice")
    return redirect("/")


def context(request: HttpRequest) -> dict[str, Any]:
    """`practice_people` for the ribbon, and where it posts; nothing on a real site."""
    if not settings.PRACTICE:
        return {}
    return {
        "practice_people": [
            {"value": value, "label": label, "current": request.user.pk == value} for value, label in _people()
        ],
        "practice_switch": reverse("users:practice_sign_in"),
    }


def _people() -> list[tuple[int, str]]:
    return caches["local"].get_or_set(
        PEOPLE,
        lambda: list(PracticePerson.objects.order_by("position", "label").values_list("pk", "label")),
        CACHED_SECONDS,
    )
