"""Paths that are URLs, such as `s3://bucket/2027-Q1`, and what of them may be printed."""

from __future__ import annotations

import re

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # one letter alone is a drive of Windows
_PASSWORD = re.compile(r"(?<=://)[^/]*:[^/]*@")
_SIGNATURE = re.compile(r"[?#].*", re.DOTALL)  # of a link that somebody shares


def is_url(path: object) -> bool:
    """Whether a path is a URL."""
    return isinstance(path, str) and bool(_URL.match(path))


def protocol(url: str) -> str:
    """The part of a URL that says by which file system it is read, such as `s3`."""
    return url.partition("://")[0].lower()


def without_secrets(path: str) -> str:
    """A path as it may be printed: a URL without a password, and one of the web without a query."""
    if not is_url(path):
        return path
    shown = _PASSWORD.sub("", path)
    return _SIGNATURE.sub("", shown) if protocol(path) in {"http", "https"} else shown
