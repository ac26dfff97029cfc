"""The first doors of the API: is the site well, which version is it, and what can be asked of it."""

from __future__ import annotations

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.decorators import api_view, authentication_classes, permission_classes, throttle_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from cooploan.models import Heartbeat
from cooploan.worker import STALE_AFTER

VERSION, API_VERSION = "0.1.0", "1"


class HealthSerializer(serializers.Serializer):
    """`status` is `ok`, `degraded` while no worker carries out tasks, or `down`, which answers 503."""

    status = serializers.ChoiceField(choices=["ok", "degraded", "down"])
    database = serializers.ChoiceField(choices=["ok", "unreachable"])
    migrations = serializers.ChoiceField(choices=["applied", "missing", "unknown"])
    worker_seen_seconds_ago = serializers.IntegerField(
        allow_null=True, help_text="How long ago a background task was carried out; null when none ever was."
    )


class VersionSerializer(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField()
    api = serializers.CharField()


class _Migrations:
    """Whether every migration of this code is in the database: once it is so, it stays so while the process lives."""

    applied = False

    @classmethod
    def are_applied(cls) -> bool:
        if not cls.applied:
            executor = MigrationExecutor(connection)
            cls.applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return cls.applied


@extend_schema(responses={200: HealthSerializer, 503: HealthSerializer}, tags=["Site"], auth=[])
@login_not_required
@never_cache
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@throttle_classes([])
def health(request: Request) -> Response:
    """Is the database there, are the migrations applied, and when was the worker last seen."""
    try:
        beat_at = Heartbeat.objects.filter(name="worker").values_list("beat_at", flat=True).first()
        migrated = _Migrations.are_applied()
    except DatabaseError:
        return Response(
            {"status": "down", "database": "unreachable", "migrations": "unknown", "worker_seen_seconds_ago": None},
            status=503,
        )
    seen = None if beat_at is None else max(int((timezone.now() - beat_at).total_seconds()), 0)
    alive = seen is not None and seen <= STALE_AFTER.total_seconds()
    return Response(
        {
            "status": "down" if not migrated else "ok" if alive else "degraded",
            "database": "ok",
            "migrations": "applied" if migrated else "missing",
            "worker_seen_seconds_ago": seen,
        },
        status=200 if migrated else 503,
    )


@extend_schema(responses=VersionSerializer, tags=["Site"], auth=[])
@login_not_required
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def version(request: Request) -> Response:
    """Which version of the site answers, and which version of its API."""
    return Response({"name": "cooploan", "version": VERSION, "api": API_VERSION})


schema = login_not_required(SpectacularAPIView.as_view())


# The page draws some of its signs from pictures that are written in its own stylesheet.
@method_decorator(csp_update({"img-src": ["data:"]}), name="dispatch")
class Swagger(SpectacularSwaggerSplitView):
    url_name = "schema"


swagger = login_not_required(Swagger.as_view())
