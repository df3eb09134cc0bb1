"""The size of the paper that a poster is printed on, as its address says it: `?paper=a3`."""

from django.http import HttpRequest

A3, A4 = "A3", "A4"


def paper_of(request: HttpRequest) -> str:
    """A3 where it is asked for, and A4, which every printer takes, for everything else."""
    return A3 if request.GET.get("paper", "").strip().upper() == A3 else A4
