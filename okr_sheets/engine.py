"""Who does the work: each engine lends something shaped like the built-in `map`.

Only whole files are shared out: the work is a top-level function, its argument a path and its
result small, so both pickle. Two processes pay from about fifty trackers on; a cluster pays when
the files are many thousands or lie beside the workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TypeVar

from okr_sheets.problems import MisuseError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Map(Protocol):
    """Shaped like `map`: results come back in the order of the items."""

    def __call__(
        self, work: Callable[[Item], Result], items: Iterable[Item], /
    ) -> Iterable[Result]:
        """Give `work(item)` for each item."""
        ...


@contextmanager
def serial(_: str | None = None) -> Iterator[Map]:
    """One file after the other, in this process."""
    yield map


@contextmanager
def processes(_: str | None = None) -> Iterator[Map]:
    """As many processes as the machine has processors."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415  only here

    with ProcessPoolExecutor() as pool:

        def share(work: Callable[[Any], Any], items: Iterable[Any], /) -> Iterable[Any]:
            return pool.map(work, items, chunksize=16)

        yield share


@contextmanager
def dask(address: str | None = None) -> Iterator[Map]:
    """A dask.distributed cluster: the one at `address`, or a local one."""
    try:
        from distributed import Client  # noqa: PLC0415  an optional extra
    except ImportError:
        raise MisuseError(
            "The dask engine needs an extra: pip install 'okr-sheets[dask]'"
        ) from None

    with Client(address) as client:

        def share(work: Callable[[Any], Any], items: Iterable[Any], /) -> Iterable[Any]:
            return client.gather(client.map(work, list(items)))  # type: ignore[no-any-return]

        yield share


ENGINES: dict[str, Callable[[str | None], AbstractContextManager[Map]]] = {
    "serial": serial,
    "processes": processes,
    "dask": dask,
}
