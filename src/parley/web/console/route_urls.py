"""The addresses of routes."""

from __future__ import annotations

from django.urls import path

from parley.web.console import route_tests, routes

urlpatterns = [
    path("routes", routes.routes, name="routes"),
    path("routes/<slug:table_name>.csv", routes.file, name="routes.file"),
    path("routes/<slug:route_name>", routes.route, name="route"),
    path("routes/<slug:route_name>/test", route_tests.send, name="route.test"),
    path("routes/<slug:route_name>/<slug:table_name>.csv", routes.route_file, name="route.file"),
]
