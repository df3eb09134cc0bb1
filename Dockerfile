# syntax=docker/dockerfile:1
# The image of web and worker: no compiler, no Node, no tests, and an ordinary user.

FROM node:24-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY static static
RUN npm run build

FROM python:3.11-slim AS packages
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=config.settings
RUN useradd --system --create-home --uid 10001 surgeries
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py gunicorn.conf.py ./
COPY config config
COPY history history
COPY accounts accounts
COPY notifications notifications
COPY organisation organisation
COPY champions champions
COPY surgeries surgeries
COPY bookings bookings
COPY privacy privacy
COPY desk desk
COPY templates templates
COPY docs/organisers.md docs/organisers.md
COPY docs/pictures docs/pictures
COPY static/img static/img
COPY --from=assets /build/static/built static/built
# Only what reads the settings asks for these; nothing of them stays.
RUN SECRET_KEY=only-while-the-image-is-built-only-while-the-image-is-built \
    PUBLIC_BASE_URL=https://surgeries.example DATABASE_URL=postgresql:///none ALLOWED_EMAIL_DOMAINS=example.gov.uk \
    EMAIL_URL=smtp://localhost EMAIL_FROM=surgeries@example.gov.uk \
    python manage.py collectstatic --no-input
USER surgeries
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '8000') + '/healthz')"]
CMD ["python", "-m", "config.serve"]
