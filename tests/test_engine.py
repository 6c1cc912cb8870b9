"""Each engine gives what `map` gives, and what ends a worker costs itself."""

import os
import pickle
import sys

import pytest

import okr_sheets as okr
from okr_sheets import engine
from okr_sheets.engine import ENGINES, lent, processors
from okr_sheets.files import child
from okr_sheets.files.child import no_children
from okr_sheets.misuse import MisuseError
from okr_sheets.reading.tracker import read

# Work that ends its own process where it is told to: always, or the first time.
MORTAL = """
import os, signal, time
from pathlib import Path
def shout(item):
    mark = Path(__file__).with_name(item)
    if item.startswith("poison") or (item.startswith("once") and not mark.exists()):
        mark.touch()
        assert os.environ["TESTING"] != str(os.getpid()), "This is to be done elsewhere."
        time.sleep(1)  # what starts workers anew takes no notice of one that ends at once
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return item.upper()
def process(item):
    return os.getpid()
asked = []
def fail(item):
    asked.append(item)
    if isinstance(item, Exception):
        raise item
    return item
def wait(item):
    time.sleep(0.2)
    return item
"""


@pytest.fixture
def mortal(tmp_path, monkeypatch):
    (tmp_path / "mortal.py").write_text(MORTAL)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TESTING", str(os.getpid()))
    import mortal

    with no_children():  # those of other tests know no such module
        pass
    yield mortal
    del sys.modules["mortal"]


@pytest.fixture
def cluster(mortal):
    """Two workers in processes of their own, which the one that watches them starts anew."""
    import dask
    import distributed

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as started,
    ):
        # A worker that dies while it starts is not started anew by the one that watches it.
        started.adapt(minimum=2, maximum=2, interval="1s")
        yield started


def named(item, error):
    return f"{item}: {error.code}"


def shouted(share, work, items):
    return list(share(work, items, named))


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("count", [0, 1, 7, 200])
def test_results_come_in_the_order_of_the_items(mortal, name, count):
    items = [f"a{number}" for number in range(count)]
    with lent(name) as share:
        assert shouted(share, mortal.shout, items) == [item.upper() for item in items]


def test_what_ends_a_process_costs_itself(mortal):
    items = [f"a{number}" for number in range(100)]
    items[3], items[50], items[90] = "poison", "poisonous", "once"
    expected = [item.upper() for item in items]
    expected[3], expected[50] = "poison: reader-memory", "poisonous: reader-memory"
    with lent("processes") as share:
        assert shouted(share, mortal.shout, items) == expected


def test_where_no_process_can_be_started_the_work_is_done_here(mortal, monkeypatch):
    def refuse(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(child.subprocess, "Popen", refuse)
    with lent("processes") as share:
        assert shouted(share, mortal.process, range(100)) == [os.getpid()] * 100


def test_a_worker_hands_back_what_it_has_after_its_time(mortal, monkeypatch):
    monkeypatch.setattr(engine, "SLICE", -1)
    items = list("abcdefgh")
    assert engine.done_in_time(mortal.shout, items) == ["A"]
    with lent("processes") as share:
        assert shouted(share, mortal.shout, items) == list("ABCDEFGH")


def test_a_cluster_does_what_a_worker_died_of_again_and_names_what_kills(
    mortal, cluster, monkeypatch
):
    monkeypatch.setattr(engine, "PATIENCE", 1000)  # a busy machine starts workers slowly
    items = [f"a{number}" for number in range(60)]
    items[5], items[31], items[32] = "once", "poison", "once-more"
    expected = [item.upper() for item in items]
    expected[31] = "poison: reader-failed"
    with lent("dask", cluster.scheduler_address) as share:
        assert shouted(share, mortal.shout, items) == expected
        assert os.getpid() not in shouted(share, mortal.process, items)


def test_what_no_worker_is_left_for_is_done_here(mortal, monkeypatch):
    import distributed

    monkeypatch.setattr(engine, "WAITING", 0.05)
    with (
        distributed.LocalCluster(
            n_workers=0, processes=False, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as empty,
        lent("dask", empty.scheduler_address) as share,
    ):
        assert shouted(share, mortal.process, "ab") == [os.getpid()] * 2


def test_when_the_scheduler_is_gone_what_is_left_is_done_here(mortal):
    import distributed

    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as short_lived,
        lent("dask", short_lived.scheduler_address) as share,
    ):
        results = iter(share(mortal.wait, range(8), named))
        first = next(results)
        short_lived.close()
        assert [first, *results] == list(range(8))


@pytest.mark.parametrize("kind", [OSError, TimeoutError, ValueError])
def test_an_error_of_the_work_is_raised_and_is_no_loss_of_the_cluster(mortal, kind):
    items = ["a", "b", kind("broken"), "c"]
    results = []
    with pytest.raises(kind, match="broken"), lent("dask") as share:  # noqa: PT012  the way there counts
        for result in share(mortal.fail, items, named):
            results.append(result)  # noqa: PERF402
    assert results == ["a", "b"]
    assert [str(item) for item in mortal.asked].count("broken") == 1


def test_a_cluster_of_another_version_is_refused(cluster, monkeypatch):
    monkeypatch.setattr(engine, "__version__", "9")
    with (
        pytest.raises(MisuseError, match=f"okr-sheets 9, and the cluster has {okr.__version__}"),
        lent("dask", cluster.scheduler_address),
    ):
        pass
    monkeypatch.setattr(engine, "PACKAGE", "okr_sheet")
    with (
        pytest.raises(MisuseError, match=r"the cluster has none\. Install this one"),
        lent("dask", cluster.scheduler_address),
    ):
        pass


def test_the_number_of_files_chooses_the_engine(mortal, monkeypatch):
    def is_here(files):
        with lent(None, None, files) as share:
            return shouted(share, mortal.process, "ab") == [os.getpid()] * 2

    monkeypatch.setattr(engine, "processors", lambda: 2)
    assert (is_here(engine.FEW - 1), is_here(engine.FEW)) == (True, False)
    monkeypatch.setattr(engine, "processors", lambda: 1)
    assert is_here(engine.FEW)


@pytest.mark.parametrize(
    ("quota", "count"),
    [("150000 100000", 2), ("50000 100000", 1), ("max 100000", 3), ("", 3), (None, 3)],
)
def test_processors_are_those_that_this_process_may_use(tmp_path, monkeypatch, quota, count):
    monkeypatch.setattr(engine.os, "sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    monkeypatch.setattr(engine, "_QUOTA", tmp_path / "cpu.max")
    if quota is not None:
        (tmp_path / "cpu.max").write_text(quota)
    assert processors() == count


def test_what_travels_is_small_and_equal_texts_are_one_again(company):
    paths = [company / name for name in ("sales.xlsx", "go-to-market.xlsx")]
    one, other = (read(path) for path in paths)
    travelled = [pickle.loads(pickle.dumps(tracker)) for tracker in (one, other)]
    assert travelled == [one, other]
    formulas = {id(tracker.calculated["formula.score"][0]) for tracker in (one, other, *travelled)}
    assert len(formulas) == 1
    texts = sum(len(text) for text in set(one.calculated["formula.score"]))
    assert len(pickle.dumps(one.calculated["formula.score"])) < 2 * texts
