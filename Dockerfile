# The site's image: web, worker and migrations are the same image with other commands.
#   docker build -t cooploan .

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/requirements.txt
WORKDIR /srv/cooploan
COPY . .
# Static files get their final names here. The switch lets the settings make up keys for this one command, in a folder
# that is gone with it; no database is started or asked for.
RUN COOPLOAN_EMBEDDED=1 COOPLOAN_DATA=/tmp/build /opt/venv/bin/python manage.py collectstatic --noinput \
 && rm -rf /tmp/build \
 && /opt/venv/bin/python -m compileall -q . /opt/venv/lib

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 COOPLOAN_DATA=/var/lib/cooploan
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/cooploan --shell /usr/sbin/nologin cooploan
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/cooploan /srv/cooploan
WORKDIR /srv/cooploan
USER 10001
# Uploads alone are written; everything else may be mounted read-only (with a tmpfs on /tmp).
VOLUME /var/lib/cooploan
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "-c", "deploy/gunicorn.conf.py", "cooploan.wsgi"]
