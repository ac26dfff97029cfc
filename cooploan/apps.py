from django.apps import AppConfig
from django.conf import settings
from django_q.conf import Conf


class CooploanConfig(AppConfig):
    name = "cooploan"
    verbose_name = "The site"

    def ready(self) -> None:
        # A queued task is a signed pickle; django-q signs with SECRET_KEY unless it is told otherwise.
        Conf.SECRET_KEY = settings.QUEUE_SECRET
