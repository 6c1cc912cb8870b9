"""Who does the work: each engine lends the same map, and all give the same results.

Only whole files are shared out, some at a time: the work is a top-level function, its arguments and
results are small, so all pickle. One that takes its process down costs itself.

Workers of the `processes` engine are started as `files.child` starts any child. They import no
`__main__`, so that a script needs no guard, they are bounded in time and memory, and they end with
their parent, however that ends; pools of the standard library do none of it.
"""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from importlib import import_module
from itertools import chain
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from okr_sheets import __version__, choices
from okr_sheets.misuse import MisuseError, check_choice
from okr_sheets.problems import UnreadableError

if TYPE_CHECKING:
    from threading import Event

PACKAGE = "okr_sheets"
FEW = 48  # files from which on two processes pay: to start one takes as long as to read 20
MOST_AT_ONCE = 32  # files that are handed out together
TURNS = 4  # that each worker gets at least, so that all end at about the same time
SLICE = 1.0  # seconds after which a worker hands back what it has
CONNECTING = 10  # seconds in which a scheduler answers
WAITING = 5  # seconds until it is asked whether there are workers
PATIENCE = 12  # times that there are none; one that died is started anew within seconds
# A cluster of this process alone, with no port that others reach, silent when it is interrupted.
_HERE = {
    "processes": False,
    "n_workers": 1,
    "dashboard_address": "127.0.0.1:0",
    "worker_dashboard_address": "127.0.0.1:0",
    "silence_logs": 50,  # logging.CRITICAL
}
_LOG = logging.getLogger(__name__)
_QUOTA = Path("/sys/fs/cgroup/cpu.max")

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Item], Result]
Lost = Callable[[Item, UnreadableError], Result]
Outcome = tuple[list[Result], Exception | None]  # results up to an error, if there was one


class Map(Protocol):
    """Shaped like `map`: results come back in the order of the items."""

    def __call__(
        self, work: Work[Item, Result], items: Iterable[Item], lost: Lost[Item, Result], /
    ) -> Iterable[Result]:
        """Give `work(item)` for each item, and `lost(item, why)` for one that ends its worker."""
        ...


def one_by_one(work: Work[Item, Result], items: Iterable[Item], _: object) -> Iterable[Result]:
    """The map of this process: one item after the other."""
    return map(work, items)


@contextmanager
def serial(_: str | None = None) -> Iterator[Map]:
    """One file after the other."""
    yield one_by_one


@contextmanager
def processes(_: str | None = None) -> Iterator[Map]:
    """As many files at once as this process may use processors."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  --help needs none
    from threading import Event  # noqa: PLC0415  nor that

    from okr_sheets.files.child import no_children  # noqa: PLC0415  nor this

    workers = processors()
    pool = ThreadPoolExecutor(workers)  # whose threads each wait for one worker
    is_over = Event()

    def share(work: Work[Any, Any], items: Iterable[Any], lost: Lost[Any, Any], /) -> Iterable[Any]:
        in_worker = partial(_in_worker, work, lost, is_over)
        return chain.from_iterable(pool.map(in_worker, _chunks(items, workers)))

    try:
        yield share
    except BaseException:
        is_over.set()
        with no_children():
            pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def processors() -> int:
    """How many processors this process may use: those it is bound to, within its group's share."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        count = os.cpu_count() or 1
    with suppress(OSError, ValueError):  # there are no groups, or no limit
        quota, period = map(int, _QUOTA.read_text("ascii").split())
        count = min(count, max(ceil(quota / period), 1))
    return count


def _chunks(items: Iterable[Item], workers: int) -> Iterator[list[Item]]:
    items = list(items)
    size = min(len(items) // (TURNS * workers) + 1, MOST_AT_ONCE)
    return (items[at : at + size] for at in range(0, len(items), size))


def _in_worker(
    work: Work[Item, Result], lost: Lost[Item, Result], is_over: Event, items: Sequence[Item]
) -> list[Result]:
    """The results of a chunk from a process of its own, or from one for each item.

    Where no process can be started the work is done here.
    """
    from okr_sheets.files.child import in_child  # noqa: PLC0415  --help needs none

    def results_of(some: Sequence[Item]) -> list[Result]:
        results: list[Result] = in_child(_DONE_IN_TIME, work, some, ahead=_named(work))
        return results

    def alone(item: Item) -> Result:
        try:
            (result,) = results_of([item])
        except UnreadableError as error:
            return work(item) if error.code == "no-process" else lost(item, error)
        return result

    results: list[Result] = []
    while len(results) < len(items) and not is_over.is_set():
        rest = items[len(results) :]
        try:
            results += results_of(rest)
        except UnreadableError:
            for item in rest:
                if is_over.is_set():
                    break
                results.append(alone(item))
    return results


def done_in_time(work: Work[Item, Result], items: Iterable[Item]) -> list[Result]:
    """The results of the first items: of as many as `SLICE` has room for, and of one at least."""
    until = time.monotonic() + SLICE
    results = []
    for item in items:
        results.append(work(item))
        if time.monotonic() > until:
            break
    return results


_DONE_IN_TIME = f"{__name__}:{done_in_time.__name__}"


def _named(work: Work[Any, Any]) -> str:
    """A function as `in_child` names it: its module takes longer to load than a file to read."""
    function = getattr(work, "func", work)
    return f"{function.__module__}:{function.__qualname__}"


@contextmanager
def dask(address: str | None = None) -> Iterator[Map]:
    """A dask.distributed cluster: the one at `address`, or threads of this process.

    A chunk that a worker died of is done again by others, as often as the cluster allows; then its
    items are, one by one. What no worker lives to do is done here.
    """
    try:
        distributed = import_module("distributed")
    except ImportError:
        raise MisuseError(
            "The dask engine needs an extra: pip install 'okr-sheets[dask]'"
        ) from None
    try:
        about = {"address": address, "timeout": CONNECTING} if address else _HERE
        client = distributed.Client(**about)
    except (OSError, ValueError) as error:
        reason = f"No dask scheduler answers at {address}"
        raise MisuseError(f"{reason}. Start one there, or correct the address.") from error
    try:
        if address:
            _check_versions(client)
        yield partial(_on_cluster, client)
    except BaseException:
        from okr_sheets.files.child import no_children  # noqa: PLC0415  none is asked for help

        with no_children():
            client.close()
        raise
    client.close()


def _on_cluster(
    client: Any, work: Work[Item, Result], items: Iterable[Item], lost: Lost[Item, Result], /
) -> Iterator[Result]:
    """The map of a cluster."""
    from asyncio import CancelledError  # noqa: PLC0415  --help needs none

    distributed = import_module("distributed")
    killed_worker, wait = distributed.KilledWorker, distributed.wait
    # Workers or scheduler are gone; what the work itself raises comes as an outcome.
    losses = (TimeoutError, CancelledError, distributed.CancelledError, OSError)
    in_chunk = partial(_in_chunk, work)

    def submitted(chunks: Sequence[Sequence[Item]]) -> deque[Any]:
        # Not pure: a file of the same name may have changed since.
        return deque(client.map(in_chunk, chunks, pure=False))

    def alone(item: Item) -> Outcome[Result]:
        (future,) = submitted([[item]])
        try:
            return _with_workers(client, future.result)  # type: ignore[no-any-return]
        except killed_worker:
            return [lost(item, UnreadableError("reader-failed"))], None

    def of_first_chunk() -> list[Outcome[Result]]:
        try:
            return [_with_workers(client, futures[0].result)]
        except killed_worker:
            # A chunk that was beside one that kills may have done no harm, so nothing is now.
            _with_workers(client, partial(wait, list(futures)))
            return [alone(item) for item in chunks[0]]

    chunks = deque(_chunks(items, sum(client.nthreads().values()) or 1))
    futures = submitted(chunks)
    while chunks:
        try:
            outcomes = of_first_chunk()
        except losses as reason:
            _LOG.debug("The cluster is lost (%s); its work is done here.", type(reason).__name__)
            yield from map(work, chain(*chunks))
            return
        chunks.popleft(), futures.popleft()
        for results, error in outcomes:
            yield from results
            if error:
                raise error


def _in_chunk(work: Work[Item, Result], items: Iterable[Item]) -> Outcome[Result]:
    """The results up to the first error, and that error, which is then no error of the cluster."""
    results: list[Result] = []
    try:
        results.extend(map(work, items))
    except Exception as error:  # noqa: BLE001  raised again where the results are taken
        return results, error
    return results, None


def _check_versions(client: Any) -> None:
    """Raise MisuseError unless all of a cluster has this version.

    A worker that lacks what it is sent breaks off its connection, and all others in turn.
    """
    versions = client.get_versions(packages=[PACKAGE])
    members = [versions["scheduler"], *versions["workers"].values()]
    found = {member["packages"].get(PACKAGE) for member in members}
    if found - {__version__}:
        others = ", ".join(sorted(str(version or "none") for version in found - {__version__}))
        raise MisuseError(
            f"This is okr-sheets {__version__}, and the cluster has {others}. Install this one for "
            "its scheduler and all its workers."
        )


def _with_workers(client: Any, wait: Callable[..., Result]) -> Result:
    """What `wait(timeout=…)` gives in the end; TimeoutError if no worker is left to wait for."""
    missed = 0
    while missed < PATIENCE:
        try:
            return wait(timeout=WAITING)
        except TimeoutError:
            missed = 0 if client.nthreads() else missed + 1
    raise TimeoutError


ENGINES: dict[str, Callable[[str | None], AbstractContextManager[Map]]] = dict(
    zip(choices.ENGINES, (serial, processes, dask), strict=True)
)


def lent(
    engine: str | None = None, scheduler: str | None = None, files: int = 0
) -> AbstractContextManager[Map]:
    """The map of an engine, by default of the one that suits the number of files.

    `scheduler` is the address of a dask cluster. MisuseError for another engine, which names those
    there are, and for a scheduler without dask.
    """
    if engine is None:
        engine = "processes" if files >= FEW and processors() > 1 else "serial"
    check_choice("engine", engine, ENGINES)
    if scheduler and engine != "dask":
        raise MisuseError("A scheduler is the address of a dask cluster. Choose the engine dask.")
    return ENGINES[engine](scheduler)
