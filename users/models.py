"""People who sign in, the roles they hold, and the invitations by which they come in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import _user_has_module_perms, _user_has_perm
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now, Upper
from django.utils.functional import cached_property

from core.sql import load_sql
from users.roles import Role, needs_second_factor, permissions_of

ROLES_HELD = load_sql("users", "roles_held")


class UserManager(BaseUserManager):
    use_in_migrations = False

    def create_user(
        self,
        email: str | None = None,
        password: str | None = None,
        *,
        full_name: str,
        sign_in_number: str | None = None,
        **fields: Any,
    ) -> "User":
        """A person who can sign in by e-mail, by number or both; without a password none is accepted."""
        user = self.model(
            email=clean_email(email), sign_in_number=clean_sign_in_number(sign_in_number), full_name=full_name, **fields
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A keeper of records: sees everything in the admin, and has no right over money but by a role."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(email=clean_email(username))


class UserQuerySet(models.QuerySet):
    def holding(self, role: str) -> "UserQuerySet":
        """Active people who hold a role now."""
        return self.filter(
            is_active=True,
            pk__in=RoleGrant.objects.filter(role=role, revoked_at__isnull=True).values("user_id"),
        )

    def signing_in_as(self, login: str) -> "UserQuerySet":
        """The person behind what was typed at sign-in, an e-mail address or a member number."""
        return self.filter(Q(email=clean_email(login)) | Q(sign_in_number=clean_sign_in_number(login)))


class User(AbstractBaseUser):
    """A person who signs in; a member, an officer or both."""

    email = models.EmailField(unique=True, null=True, blank=True)
    sign_in_number = models.CharField("member number", max_length=30, unique=True, null=True, blank=True)
    full_name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_superuser = models.BooleanField(default=False)
    date_joined = models.DateTimeField(db_default=Now())

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="users_user_email_lower"),
            models.CheckConstraint(condition=~Q(email=""), name="users_user_email_not_empty"),
            models.CheckConstraint(condition=Q(sign_in_number=Upper("sign_in_number")), name="users_user_number_upper"),
            models.CheckConstraint(condition=~Q(sign_in_number=""), name="users_user_number_not_empty"),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(sign_in_number__isnull=False), name="users_user_can_be_named"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split()[0] if self.full_name else ""

    def get_username(self) -> str:
        """The one name under which failed sign-ins are counted, whichever name was typed."""
        return self.email or self.sign_in_number or ""

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held now, read once for each loaded user (so once a request)."""
        if not self.is_active or self.pk is None:
            return frozenset()
        with connection.cursor() as cursor:  # on every page: to build the query anew costs thrice what it does
            cursor.execute(ROLES_HELD, [self.pk])
            return frozenset(role for (role,) in cursor.fetchall())

    @cached_property
    def role_permissions(self) -> frozenset[str]:
        return permissions_of(self.roles)

    def has_role(self, role: str) -> bool:
        return role in self.roles

    @property
    def needs_second_factor(self) -> bool:
        return self.is_superuser or self.is_staff or needs_second_factor(self.roles)

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        # No short cut for superusers: they keep records and have no right over money.
        return self.is_active and _user_has_perm(self, perm, obj)

    def has_perms(self, perm_list: list[str], obj: models.Model | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and _user_has_module_perms(self, app_label)


class RoleGrant(models.Model):
    """A role given to a person, by whom and when; taking it away keeps the row."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField(db_default=Now())
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(revoked_at__isnull=True), name="users_rolegrant_held_once"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="users_rolegrant_known_role"),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")), name="users_rolegrant_not_to_oneself"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("granted_at")),
                name="users_rolegrant_revoked_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user_id}"


class Invitation(models.Model):
    """A one-time way in: a link or a short code for a person whose record is already there."""

    # The link's own secret, on the object that `users.services.invite` returns and nowhere else.
    token: str | None = None

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=64)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="users_invitation_one_open",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="users_invitation_lasts"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(withdrawn_at__isnull=True), name="users_invitation_used_or_not"
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"


class PracticePerson(models.Model):
    """One of the people of the practice site whom a visitor may become; no rows anywhere else."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    label = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.label


def clean_email(email: str | None) -> str | None:
    """An e-mail address as it is stored and looked up: no spaces around it, small letters."""
    return (email or "").strip().lower() or None


def clean_sign_in_number(number: str | None) -> str | None:
    """A member number as it is stored and looked up: no spaces, capital letters (`umcs/ 0001` is `UMCS/0001`)."""
    return "".join((number or "").split()).upper() or None
