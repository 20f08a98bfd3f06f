"""Addresses by resource; commands are POST below them."""

from django.urls import path

from sandboxes import views

urlpatterns = [
    path("sandboxes/<uuid:sandbox_id>/", views.state, name="sandbox_state"),
    path("sandboxes/<uuid:sandbox_id>/stop/", views.stop, name="sandbox_stop"),
    path("sandboxes/<uuid:sandbox_id>/terminals/", views.add_terminal, name="terminal_add"),
    path("terminals/<uuid:terminal_id>/rename/", views.rename_terminal, name="terminal_rename"),
    path("terminals/<uuid:terminal_id>/close/", views.close_terminal, name="terminal_close"),
]
