from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created
from django_q.conf import Conf

from cooploan import practice


class CooploanConfig(AppConfig):
    name = "cooploan"
    verbose_name = "The site"

    def ready(self) -> None:
        # A queued task is a signed pickle; django-q signs with SECRET_KEY unless it is told otherwise.
        Conf.SECRET_KEY = settings.QUEUE_SECRET
        connection_created.connect(practice.refuse_other_databases, dispatch_uid="practice")
