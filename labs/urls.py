"""Addresses by resource; commands are POST below them. Those that look into an instance are not in a process of role ``web``."""

from django.conf import settings
from django.urls import path

from labs import views

urlpatterns = [
    path("labs/<slug:lab_slug>/", views.state, name="lab_state"),
    path("labs/<slug:lab_slug>/hint/", views.hint, name="lab_hint"),
    path("labs/<slug:lab_slug>/solution/", views.solution, name="lab_solution"),
    path("labs/<slug:lab_slug>/reset/", views.reset, name="lab_reset"),
]
if settings.ROLE != "web":
    urlpatterns += [
        path("labs/<slug:lab_slug>/enter/", views.enter, name="lab_enter"),
        path("labs/<slug:lab_slug>/check/", views.check, name="lab_check"),
        path("labs/<slug:lab_slug>/catch-up/", views.catch_up, name="lab_catch_up"),
    ]
