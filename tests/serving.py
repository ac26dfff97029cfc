"""The site served from threads of this process, for a browser."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler


class StaticFilesThatAreKept(StaticFilesHandler):
    """A browser keeps what it fetched, as it does on the site itself: no file is asked for again with every page."""

    def serve(self, request):
        answer = super().serve(request)
        answer.headers["Cache-Control"] = f"max-age={settings.WHITENOISE_MAX_AGE}"
        return answer


class AnswersAtOnce(QuietWSGIRequestHandler):
    """Head and body of an answer are two writes; the second must not wait for the browser to acknowledge the first."""

    disable_nagle_algorithm = True


class Site(LiveServerThread):
    def _create_server(self, connections_override=None):
        server = super()._create_server(connections_override)
        server.RequestHandlerClass = AnswersAtOnce
        return server


def serve() -> Iterator[str]:
    """Serve on a free port until the generator goes on; yields the address."""
    server = Site("127.0.0.1", StaticFilesThatAreKept, port=0)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.terminate()
