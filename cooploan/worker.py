"""The background worker under supervision: ``python -m cooploan.worker``.

django-q's cluster can stop working without stopping: when one of its processes
is killed while it holds the lock of the queue between them, no task is ever run
again and nothing says so. So each minute a task writes a heartbeat the whole way
round, and this process, which does nothing else, ends and restarts the cluster
when the heartbeat is older than three minutes. It also ends a cluster that does
not stop when it is told to.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import django

logger = logging.getLogger("cooploan.worker")

ROOT = Path(__file__).resolve().parent.parent
STALE_AFTER = timedelta(minutes=3)
LOOK_EVERY_SECONDS = 5.0
STOP_WITHIN_SECONDS = 20.0
LONGEST_PAUSE_SECONDS = 60.0


def is_stale(*, beat_at: datetime | None, started_at: datetime, now: datetime) -> bool:
    """True when neither the last heartbeat nor the start of the cluster lies within three minutes."""
    latest = max(beat_at, started_at) if beat_at else started_at
    return now - latest > STALE_AFTER


class Supervisor:
    """Keeps one qcluster running until it is told to stop."""

    def __init__(self, command: list[str] | None = None) -> None:
        self.command = command or [sys.executable, str(ROOT / "manage.py"), "qcluster"]
        self.cluster: subprocess.Popen[bytes] | None = None
        self.started_at = self._now()
        self.stopping = False
        self.pause = 1.0

    @staticmethod
    def _now() -> datetime:
        from django.utils import timezone

        return timezone.now()

    def start_cluster(self) -> None:
        # A group of its own: killing the group reaches the cluster's children too.
        self.cluster = subprocess.Popen(
            self.command, start_new_session=True, env=os.environ | {"COOPLOAN_WORK": "worker"}
        )
        self.started_at = self._now()
        logger.info("The cluster has started (process %s).", self.cluster.pid)

    def kill_cluster(self) -> None:
        if self.cluster is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.cluster.pid, signal.SIGKILL)
        self.cluster.wait()

    def stop_cluster(self) -> None:
        """Ask, wait, then insist: a cluster can hang on being asked."""
        if self.cluster is None or self.cluster.poll() is not None:
            self.kill_cluster()
            return
        self.cluster.send_signal(signal.SIGTERM)
        try:
            self.cluster.wait(timeout=STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("The cluster did not stop within %s s and is ended.", STOP_WITHIN_SECONDS)
        self.kill_cluster()

    def look(self) -> None:
        """One look: restart a cluster that ended or that works no more."""
        if self.cluster is None or self.cluster.poll() is not None:
            if self.cluster is not None:
                logger.error("The cluster ended by itself (%s); starting another.", self.cluster.returncode)
                self.kill_cluster()
                time.sleep(self.pause)
                self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)
            self.start_cluster()
        elif is_stale(beat_at=self.last_beat(), started_at=self.started_at, now=self._now()):
            logger.error("No heartbeat for %s: the cluster is ended and started anew.", STALE_AFTER)
            self.kill_cluster()
            self.start_cluster()
        elif self._now() - self.started_at > STALE_AFTER:
            self.pause = 1.0

    def last_beat(self) -> datetime | None:
        """When the cluster last worked; now, when the database does not say: killing workers would not mend that."""
        from django.db import Error, connection

        from cooploan.models import Heartbeat

        try:
            return Heartbeat.objects.filter(name="worker").values_list("beat_at", flat=True).first()
        except Error as wrong:
            logger.warning("The database does not answer: %s", wrong)
            return self._now()
        finally:
            connection.close()

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.stopping:
            self.look()
            time.sleep(LOOK_EVERY_SECONDS)
        self.stop_cluster()

    def _stop(self, number: int, frame: object) -> None:
        # Raised out of the sleep, so that a stop does not wait for the next look.
        if not self.stopping:
            self.stopping = True
            raise SystemExit(0)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cooploan.settings")
    os.environ["COOPLOAN_WORK"] = "worker"
    django.setup()
    supervisor = Supervisor()
    try:
        supervisor.run()
    finally:
        supervisor.stop_cluster()


if __name__ == "__main__":
    main()
