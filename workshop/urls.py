"""Addresses of the site, by resource."""

from django.contrib import admin
from django.urls import include, path

from workshop.accounts.views import profile
from workshop.health import health

urlpatterns = [
    path("", include("workshop.curriculum.urls")),
    path("", include("workshop.agendas.urls")),
    path("", include("labs.urls")),
    path("", include("workshop.learning.urls")),
    path("", include("sandboxes.urls")),
    path("accounts/profile/", profile, name="profile"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("health/", health, name="health"),
]
