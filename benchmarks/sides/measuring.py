"""What part of a process costs, printed as figures for `processes.Program`."""

import json
import resource

import psutil


def seconds():
    """Of processors, by this process and all children it has and has had."""
    done = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    living = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    used = sum(usage.ru_utime + usage.ru_stime for usage in done)
    return used + sum(times.user + times.system for times in living)


def megabytes():
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tell(**figures):
    print(json.dumps(figures))


def measured(work):
    """What `work` gives; its seconds and the memory by its end are told."""
    began = seconds()
    given = work()
    tell(seconds=seconds() - began, megabytes=megabytes())
    return given
