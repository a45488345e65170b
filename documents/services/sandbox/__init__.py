"""Work on untrusted bytes in warm child processes: with limits, with progress, killable at any moment, and nothing stays behind.

`Pool` is the door. What a child runs is named by a dotted path and imported only there; a child knows no Django and no other case's
bytes. Light on purpose: children import this package too.
"""

from __future__ import annotations

from documents.services.sandbox.errors import JobFailed, JobRefused
from documents.services.sandbox.limits import Limits

__all__ = ["JobFailed", "JobRefused", "Limits"]
