"""Paths that are URLs, such as `s3://bucket/2027-Q1`, and what of them may be printed.

A URL may be a chain, such as `zip://a.xlsx::https://example.com/q1.zip`: what stands left is found
in what stands right of it, and a link may be a word alone, such as `simplecache`.
"""

from __future__ import annotations

import re

WEB = frozenset({"http", "https"})

_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]+"  # one letter alone is a drive of Windows
_URL = re.compile(rf"(?:{_SCHEME}::)*+{_SCHEME}://")
_JOINT = re.compile(rf"::(?={_SCHEME}(?:://|::))")
_HOSTLESS = frozenset({"file", "local", "memory", "tar", "zip"})  # where nobody logs in
_CONTAINERS = frozenset({"abfs", "abfss", "az", "wasb", "wasbs"})  # container@account
# Where a name may hold a `?`, which is then no query unless it is written as one.
_STORES = _HOSTLESS | _CONTAINERS | {"ftp", "gcs", "gs", "hdfs", "oss", "s3", "s3a"}
_STORES |= {"sftp", "smb", "ssh"}
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_WRITTEN_QUERY = re.compile(r"\?[\w.-]+=.*", re.DOTALL)


def is_url(path: object) -> bool:
    """Whether a path is a URL."""
    return isinstance(path, str) and bool(_URL.match(path))


def links(url: str) -> list[str]:
    """The links of a chain, from left to right; of any other URL the URL itself."""
    return _JOINT.split(url)


def protocol(link: str) -> str:
    """The part of a link that says by which file system it is read, such as `s3`."""
    return link.partition("://")[0].lower()


def pathful(url: str) -> str:
    """The first link of a URL that has a path: what is read lies there."""
    return next(link for link in links(url) if is_url(link))


def without_query(url: str) -> str:
    """A URL of the web up to its query or fragment."""
    return _QUERY.sub("", url)


def without_secrets(path: str) -> str:
    """A path as it may be printed: each link of a URL without login, key and signature.

    What may be a part of one is left out too, so two files may look alike.
    """
    return "::".join(map(_printable, links(path))) if is_url(path) else path


def _printable(link: str) -> str:
    if not is_url(link):
        return link
    scheme, _, rest = link.partition("://")
    name = scheme.lower()
    if name not in _HOSTLESS:
        rest = _without_login(rest, name in _CONTAINERS)
    query = _WRITTEN_QUERY if name in _STORES else _QUERY
    return f"{scheme}://{query.sub('', rest)}"


def _without_login(rest: str, is_container: bool) -> str:
    """What follows `://`, without a user, a token or a password, which may hold `/` and `@`."""
    host = rest.partition("/")[0]
    if ":" in host and "@" not in host:
        return rest.rpartition("@")[2]  # the password goes on, unless this is a port
    login, _, _ = host.rpartition("@")
    if not login or (is_container and ":" not in login):
        return rest
    return rest[len(login) + 1 :]
