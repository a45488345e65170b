"""Fetches a model of faster-whisper by its name, and prints the folder that it is in: a program of its own, which loads nothing.

`python -m audio.services.transcription.fetching <name> <cache>`
"""

from __future__ import annotations

import sys

from faster_whisper import download_model

if __name__ == "__main__":
    print(download_model(sys.argv[1], cache_dir=sys.argv[2]))
