"""Where a form leads back to: a page of ours, whatever the form says."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def address_back(request: HttpRequest) -> str:
    """Return where the reader came from, as the form or the address says, if that is a page of ours; else the first."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else "/"
