"""Roll the trackers of a folder up by a dask cluster of two workers; its start is not counted.

on_cluster.py CODE FOLDER    the code is what the command runs
"""

import subprocess
import sys
import time

from distributed import LocalCluster
from measuring import tell


def main(command, folder):
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        cluster.get_client().wait_for_workers(2)
        arguments = ["score", folder, "-o", "rollup.csv", "--engine", "dask"]
        arguments += ["--scheduler", cluster.scheduler_address]
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", command, *arguments], stdout=subprocess.DEVNULL, check=True
        )
        tell(wall=time.perf_counter() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
