from django.core.cache import cache
from django.http import HttpRequest

from users.axes import client_ip


def allowed(request: HttpRequest, action: str, *, times: int, seconds: int) -> bool:
    """Count one try of an action from this place; False once there were more than `times` within `seconds`."""
    key = f"throttle:{action}:{client_ip(request)}"
    cache.add(key, 0, seconds)
    return cache.incr(key) <= times
