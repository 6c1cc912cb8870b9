"""Who does the work: each engine lends something shaped like the built-in `map`.

Only whole files are shared out: the work is a top-level function, its argument a path and its
result small, so both pickle. All that costs time is done in children (see `files.child`), so
threads are all that it takes to share it out. Two of them pay from about ten trackers on; a cluster
pays when the files are many thousands or lie beside the workers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import Any, Protocol, TypeVar

from okr_sheets.misuse import MisuseError, check_choice

CONNECTING = 10  # seconds in which a scheduler answers
WAITING = 5  # seconds until it is asked whether there are workers
# A cluster of this process alone, which opens no port.
_HERE = {"processes": False, "n_workers": 1, "dashboard_address": None}

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
    """One file after the other."""
    yield map


@contextmanager
def processes(_: str | None = None) -> Iterator[Map]:
    """As many files at once as the machine has processors."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  nor are threads

    pool = ThreadPoolExecutor(os.cpu_count())

    def share(work: Callable[[Any], Any], items: Iterable[Any], /) -> Iterable[Any]:
        return pool.map(work, items)

    try:
        yield share
    except BaseException:
        from okr_sheets.files.child import no_children  # noqa: PLC0415  none is asked for help

        with no_children():
            pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


@contextmanager
def dask(address: str | None = None) -> Iterator[Map]:
    """A dask.distributed cluster: the one at `address`, or threads of this process.

    What no worker lives to do is done here.
    """
    import logging  # noqa: PLC0415  --help needs none

    log = logging.getLogger(__name__)
    try:
        distributed = import_module("distributed")
    except ImportError:
        raise MisuseError(
            "The dask engine needs an extra: pip install 'okr-sheets[dask]'"
        ) from None

    def share(work: Callable[[Any], Any], items: Iterable[Any], /) -> Iterator[Any]:
        items = list(items)
        # Not pure: a file of the same name may have changed since.
        for item, future in zip(items, client.map(work, items, pure=False), strict=True):
            try:
                result = _result(future, client)
            except Exception:  # whatever became of the workers or the scheduler
                log.debug("No worker read %s.", item, exc_info=True)
                result = work(item)
            yield result

    try:
        about = {"address": address, "timeout": CONNECTING} if address else _HERE
        client = distributed.Client(**about)
    except (OSError, ValueError) as error:
        raise MisuseError(f"No dask scheduler answers at {address}.") from error
    try:
        yield share
    except BaseException:
        from okr_sheets.files.child import no_children  # noqa: PLC0415  none is asked for help

        with no_children():
            client.close()
        raise
    client.close()


def _result(future: Any, client: Any) -> Any:
    """What a future gives; TimeoutError if it has none and no worker is left to give it one."""
    while True:
        try:
            return future.result(timeout=WAITING)
        except TimeoutError:
            if not client.scheduler_info()["workers"]:
                raise


ENGINES: dict[str, Callable[[str | None], AbstractContextManager[Map]]] = {
    "serial": serial,
    "processes": processes,
    "dask": dask,
}


def lent(engine: str, scheduler: str | None = None) -> AbstractContextManager[Map]:
    """The map of an engine; `scheduler` is the address of a dask cluster.

    MisuseError for another engine, which names those there are, and for a scheduler without dask.
    """
    check_choice("engine", engine, ENGINES)
    if scheduler and engine != "dask":
        raise MisuseError("A scheduler is the address of a dask cluster: take the dask engine.")
    return ENGINES[engine](scheduler)
