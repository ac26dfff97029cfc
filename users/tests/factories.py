import itertools
from datetime import UTC, datetime

from users.models import RoleGrant, User

AT = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)
PASSWORD = "Oja-Oba-4821"
_numbers = itertools.count(1)


def make_user(*, roles: list[str] | tuple[str, ...] = (), password: str | None = PASSWORD, **fields) -> User:
    """A person with these roles who can sign in with PASSWORD."""
    number = next(_numbers)
    fields.setdefault("full_name", f"Person {number}")
    if "sign_in_number" not in fields:
        fields.setdefault("email", f"person{number}@society.example")
    user = User.objects.create_user(fields.pop("email", None), password, **fields)
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role, granted_at=AT) for role in roles)
    return user
