"""What part of a process costs, printed as figures for `processes.Program`."""

import json
import resource


def seconds():
    """Of processors, by this process and the children it has waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


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
