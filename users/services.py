"""Roles given and taken away, and invitations from the slip of paper to the first sign-in."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from audit.services import record
from users.errors import (
    AlreadyJoined,
    AuditorStandsApart,
    EmailTaken,
    InvitationNotFound,
    NotToYourself,
    RoleAlreadyHeld,
    RoleNotHeld,
)
from users.models import Invitation, RoleGrant, User, clean_email, clean_sign_in_number
from users.roles import AUDITED_ROLES, Role

INVITATION_DAYS = 14
TRIES = 5
CODE_LENGTH = 8
# Nothing that can be mistaken for something else when it is read from paper: no 0 O 1 I L.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
TOKEN_BYTES = 16


@transaction.atomic
def grant_role(*, user: User, role: str, by: User | None, at: datetime) -> RoleGrant:
    """Give a person a role; `by` is None only when a site is set up and nobody is there yet.

    Raises RoleAlreadyHeld, NotToYourself, and AuditorStandsApart when the person would audit his own work.
    """
    if by is not None and by.pk == user.pk:
        raise NotToYourself()
    # The row lock makes two grants to one person wait for each other; the table's exclusion constraint decides anyway.
    User.objects.select_for_update().get(pk=user.pk)
    held = set(RoleGrant.objects.filter(user=user, revoked_at__isnull=True).values_list("role", flat=True))
    if role in held:
        raise RoleAlreadyHeld()
    if (role == Role.AUDITOR and held & AUDITED_ROLES) or (role in AUDITED_ROLES and Role.AUDITOR in held):
        raise AuditorStandsApart()
    grant = RoleGrant.objects.create(user=user, role=role, granted_by=by, granted_at=at)
    record("users.role.granted", by=by, subject=user, at=at, role=str(role))
    _forget_roles(user)
    return grant


@transaction.atomic
def revoke_role(*, user: User, role: str, by: User | None, at: datetime) -> RoleGrant:
    """Take a role away; the row stays and says who took it and when. Raises RoleNotHeld."""
    grant = RoleGrant.objects.select_for_update().filter(user=user, role=role, revoked_at__isnull=True).first()
    if grant is None:
        raise RoleNotHeld()
    grant.revoked_at, grant.revoked_by = at, by
    grant.save(update_fields=["revoked_at", "revoked_by"])
    record("users.role.revoked", by=by, subject=user, at=at, role=str(role))
    _forget_roles(user)
    return grant


@transaction.atomic
def add_person(
    *, full_name: str, email: str | None, role: str, by: User | None, at: datetime, sign_in_number: str | None = None
) -> User:
    """Put a person with a first role on the list; nobody can sign in as him before he takes up an invitation.

    Raises EmailTaken.
    """
    if email and User.objects.filter(email=clean_email(email)).exists():
        raise EmailTaken()
    user = User.objects.create_user(email, full_name=full_name, sign_in_number=sign_in_number, is_active=False)
    record("users.user.added", by=by, subject=user, at=at)
    grant_role(user=user, role=role, by=by, at=at)
    return user


@transaction.atomic
def invite(*, user: User, by: User | None, at: datetime) -> tuple[Invitation, str]:
    """Make a person's way in: a code for paper, returned, and a link's token, on `invitation.token`; shown this once.

    An earlier invitation that is still open stops working. Only fingerprints are stored.
    Raises AlreadyJoined when the person has a password.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active and user.has_usable_password():
        raise AlreadyJoined()
    Invitation.objects.filter(user=user, used_at__isnull=True, withdrawn_at__isnull=True).update(withdrawn_at=at)
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation.objects.create(
        user=user,
        token_hash=_token_hash(token),
        code_hash=_code_hash(code, user),
        invited_by=by,
        created_at=at,
        expires_at=at + timedelta(days=INVITATION_DAYS),
    )
    invitation.token = token
    record("users.user.invited", by=by, subject=user, at=at)
    return invitation, in_groups(code)


def find_by_token(*, token: str, at: datetime) -> Invitation:
    """The open invitation behind a link. Raises InvitationNotFound."""
    invitation = _open(at).filter(token_hash=_token_hash(token)).first()
    if invitation is None:
        raise InvitationNotFound()
    return invitation


def find_by_code(*, number: str, code: str, at: datetime) -> Invitation:
    """The open invitation of a member number whose code this is; a wrong code counts, and the fifth locks it.

    Raises InvitationNotFound, the same for an unknown number, a wrong code and a locked invitation.
    """
    typed = clean_code(code)
    # The count of wrong tries is committed before the refusal is raised, or the refusal would undo it.
    with transaction.atomic():
        invitation = (
            _open(at)
            .filter(user__sign_in_number=clean_sign_in_number(number))
            .select_for_update(of=("self",))
            .select_related("user")
            .first()
        )
        right = invitation is not None and constant_time_compare(
            invitation.code_hash, _code_hash(typed, invitation.user)
        )
        if invitation is not None and not right:
            invitation.wrong_tries += 1
            invitation.save(update_fields=["wrong_tries"])
            if invitation.wrong_tries >= TRIES:
                record("users.invitation.locked", by=None, subject=invitation.user, at=at)
    if not right:
        raise InvitationNotFound(field="code")
    return invitation


@transaction.atomic
def accept_invitation(*, invitation: Invitation, password: str, email: str | None = None, at: datetime) -> User:
    """Use the invitation up and open the account with its password, and an e-mail address where there is one.

    A person with a member number becomes a member by it. Raises InvitationNotFound when it is no longer open (used in
    another tab, say) and EmailTaken.
    """
    invitation = _open(at).select_for_update(of=("self",)).filter(pk=invitation.pk).first()
    if invitation is None:
        raise InvitationNotFound()
    user = User.objects.select_for_update().get(pk=invitation.user_id)
    address = clean_email(email)
    if address and User.objects.filter(email=address).exclude(pk=user.pk).exists():
        raise EmailTaken()
    if address:
        user.email = address
    user.is_active = True
    user.set_password(password)
    user.save(update_fields=["email", "is_active", "password"])
    invitation.used_at = at
    invitation.save(update_fields=["used_at"])
    if user.sign_in_number and not user.role_grants.filter(role=Role.MEMBER, revoked_at__isnull=True).exists():
        grant_role(user=user, role=Role.MEMBER, by=invitation.invited_by, at=at)
    record("users.user.joined", by=user, subject=user, at=at)
    _forget_roles(user)
    return user


@transaction.atomic
def change_email(*, user: User, email: str, by: User, at: datetime) -> User:
    """Give a person another e-mail address; letters and password links go there from now on. Raises EmailTaken."""
    address = clean_email(email)
    user = User.objects.select_for_update().get(pk=user.pk)
    if User.objects.filter(email=address).exclude(pk=user.pk).exists():
        raise EmailTaken()
    before, user.email = user.email, address
    user.save(update_fields=["email"])
    # allauth keeps a list of its own, from which the old address could still ask for a password link.
    EmailAddress.objects.filter(user=user).delete()
    record("users.user.email_changed", by=by, subject=user, at=at, before=before, after=address)
    return user


def in_groups(code: str) -> str:
    """A code in groups of four, as it is printed: `K7QM 2XPA`."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def clean_code(code: str) -> str:
    """A code as it was made: capitals, without the spaces and dashes that people type."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _open(at: datetime):
    return Invitation.objects.filter(
        used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at, wrong_tries__lt=TRIES
    )


def _token_hash(token: str) -> str:
    # 128 random bits need no salt, and a plain fingerprint can be looked up.
    return sha256(token.encode()).hexdigest()


def _code_hash(code: str, user: User) -> str:
    # A short code is keyed with the site's secret: a stolen table alone does not give it away.
    return salted_hmac("users.invitation.code", f"{user.pk}:{code}", algorithm="sha256").hexdigest()


def _forget_roles(user: User) -> None:
    """The roles that this object read before are no longer true."""
    user.__dict__.pop("roles", None)
    user.__dict__.pop("role_permissions", None)
