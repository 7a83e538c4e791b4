"""The first page: where somebody's work begins, by their role."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from parley.web.console.areas import areas_of
from parley.web.roles import needs, operator_of


@needs("own")
def first_page(request: HttpRequest) -> HttpResponse:
    """Go to the first area this role may read; everybody may change their own password."""
    return redirect(areas_of(operator_of(request))[0].address)
