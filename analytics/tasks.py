"""The tasks of analytics: payload in, service called, result out."""

from __future__ import annotations
