from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import shown_on
from users.context import THEMES
from users.errors import AlreadyJoined, InvitationNotFound, TooManyTries
from users.forms import EmailForm, InvitationForm, JoinForm, PersonForm, RoleForm
from users.models import Invitation, User
from users.selectors import people, roles_of
from users.services import (
    accept_invitation,
    add_person,
    change_email,
    find_by_code,
    find_by_token,
    grant_role,
    invite,
    revoke_role,
)
from users.sessions import open_session
from users.throttle import allowed

JOINING = "users_joining"
YEAR = 365 * 24 * 3600
TRIES_AN_HOUR = 10
PAGE = 25


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """The slip of paper: member number and code."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            if not allowed(request, "join", times=TRIES_AN_HOUR, seconds=3600):
                raise TooManyTries()
            invitation = find_by_code(**form.cleaned_data, at=now())
            request.session[JOINING] = invitation.pk
            return redirect("users:join_finish")
    return render(request, "users/join.html", {"form": form})


@login_not_required
@never_cache
@require_GET
def join_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link: it is taken out of the address at once, and used up only when the password is set."""
    try:
        invitation = find_by_token(token=token, at=now())
    except InvitationNotFound as error:
        return render(request, "users/join.html", {"form": InvitationForm(), "refused": error.message}, status=404)
    request.session[JOINING] = invitation.pk
    return redirect("users:join_finish")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def join_finish(request: HttpRequest) -> HttpResponse:
    """Choose a password and, for those who have one, an e-mail address; then one is signed in."""
    invitation = Invitation.objects.select_related("user").filter(pk=request.session.get(JOINING)).first()
    if invitation is None:
        return redirect("users:join")
    form = JoinForm(request.POST or None, user=invitation.user)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            user = accept_invitation(
                invitation=invitation,
                password=form.cleaned_data["password1"],
                email=form.cleaned_data["email"],
                at=now(),
            )
            open_session(request, user)
            request.session.pop(JOINING, None)
            messages.success(request, _("Welcome. Your account is open."))
            return redirect("/")
    return render(request, "users/join_finish.html", {"form": form, "person": invitation.user})


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device has it."""
    chosen = request.POST.get("theme")
    response = redirect(_back_to(request))
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """One's own account: names, roles, and the way to password and second step."""
    return render(request, "users/me.html", {"held": roles_of(request.user)})


@reauthentication_required
@require_http_methods(["GET", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Another e-mail address, after the password was asked again."""
    form = EmailForm(request.POST or None, initial={"email": request.user.email})
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            change_email(user=request.user, email=form.cleaned_data["email"], by=request.user, at=now())
            messages.success(request, _("Your e-mail address is changed."))
            return redirect("users:me")
    return render(request, "users/email.html", {"form": form})


@permission_required("users.manage_roles", raise_exception=True)
@require_GET
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody who can sign in, those with an office first."""
    sought = request.GET.get("q", "").strip()
    page = Paginator(people(sought), PAGE).get_page(request.GET.get("page"))
    return render(request, "users/people.html", {"page": page, "q": sought})


@permission_required("users.manage_roles", raise_exception=True)
@require_http_methods(["GET", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """A person who has no account yet, and his first role."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            user = add_person(**form.cleaned_data, by=request.user, at=now())
            messages.success(request, _("Added. Now send an invitation."))
            return redirect("users:person", pk=user.pk)
    return render(request, "users/person_new.html", {"form": form})


@permission_required("users.manage_roles", raise_exception=True)
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: the roles held now and before."""
    found = get_object_or_404(User, pk=pk)
    return render(request, "users/person.html", {"person": found, "held": roles_of(found), "form": RoleForm()})


@permission_required("users.manage_roles", raise_exception=True)
@require_POST
def person_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role."""
    found = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            grant_role(user=found, role=form.cleaned_data["role"], by=request.user, at=now())
            messages.success(request, _("The role is given."))
            return redirect("users:person", pk=pk)
    return render(request, "users/person.html", {"person": found, "held": roles_of(found), "form": form})


@permission_required("users.manage_roles", raise_exception=True)
@require_POST
def person_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a role away."""
    found = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            revoke_role(user=found, role=form.cleaned_data["role"], by=request.user, at=now())
            messages.success(request, _("The role is taken away."))
            return redirect("users:person", pk=pk)
    return render(request, "users/person.html", {"person": found, "held": roles_of(found), "form": form})


@permission_required("users.manage_roles", raise_exception=True)
@never_cache
@require_POST
def person_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a link and a code; they are on this page once and nowhere afterwards."""
    found = get_object_or_404(User, pk=pk)
    try:
        invitation, code = invite(user=found, by=request.user, at=now())
    except AlreadyJoined as error:
        messages.error(request, error.message)
        return redirect("users:person", pk=pk)
    link = settings.SITE_URL.rstrip("/") + reverse("users:join_link", args=[invitation.token])
    shown = {"person": found, "invitation": invitation, "code": code, "link": link}
    return render(request, "users/invited.html", shown)


def _back_to(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if here else "/"
