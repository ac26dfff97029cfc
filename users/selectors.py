from django.db import connection
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Prefetch, Q, QuerySet

from users.models import ROLES_HELD, RoleGrant, User
from users.roles import Role

_COLUMNS = [field.column for field in User._meta.concrete_fields]
WITH_ROLES = f"SELECT {', '.join(_COLUMNS)}, ARRAY({ROLES_HELD}) FROM users_user WHERE id = %s"  # noqa: S608


def with_roles(pk: int) -> User | None:
    """A person with the roles that he holds now, in one statement; None where there is none.

    Every page asks it. To build the same query anew each time costs several times what asking does.
    """
    with connection.cursor() as cursor:
        cursor.execute(WITH_ROLES, [pk, pk])
        row = cursor.fetchone()
    if row is None:
        return None
    *values, roles = row
    found = User.from_db(connection.alias, [field.attname for field in User._meta.concrete_fields], values)
    if found.is_active:
        found.roles = frozenset(roles)
    return found


def roles_of(user: User) -> list[RoleGrant]:
    """The roles a person holds now, oldest first, with who gave them."""
    return list(user.role_grants.filter(revoked_at__isnull=True).select_related("granted_by").order_by("id"))


def people(sought: str = "") -> QuerySet[User]:
    """Everybody who can sign in, those with an office first, with the roles they hold in `held`."""
    current = RoleGrant.objects.filter(revoked_at__isnull=True)
    found = User.objects.annotate(
        has_office=ExpressionWrapper(
            Exists(current.filter(user=OuterRef("pk")).exclude(role=Role.MEMBER)), output_field=BooleanField()
        )
    ).prefetch_related(Prefetch("role_grants", queryset=current.order_by("id"), to_attr="held"))
    if sought:
        found = found.filter(
            Q(full_name__icontains=sought)
            | Q(email__icontains=sought.lower())
            | Q(sign_in_number__icontains=sought.upper())
        )
    return found.order_by("-has_office", "full_name", "pk")


def person(word: str) -> User:
    """The active person whose sign-in number or e-mail address this is, as a command names him (`--by treasurer`).

    Raises User.DoesNotExist with a sentence.
    """
    found = User.objects.filter(Q(sign_in_number__iexact=word) | Q(email__iexact=word), is_active=True).first()
    if found is None:
        raise User.DoesNotExist(f"Nobody signs in as {word}. Give a sign-in name or an e-mail address.")
    return found
