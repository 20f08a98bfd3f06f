"""Addresses of what a person learns."""

from django.urls import path

from workshop.learning.views import overview, pack

urlpatterns = [
    path("learning/", overview.learning, name="learning"),
    path("learning/sandboxes/<uuid:sandbox_id>/stop/", overview.stop_sandbox, name="learning_stop_sandbox"),
    path("learning/pack/", pack.pack, name="pack"),
    path("learning/pack/file/", pack.pack_file, name="pack_file"),
]
