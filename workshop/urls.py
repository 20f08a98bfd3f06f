"""Addresses of the site, by resource."""

from django.contrib import admin
from django.urls import include, path

from workshop.accounts.views import profile
from workshop.curriculum import views
from workshop.health import health

urlpatterns = [
    path("", views.home, name="home"),
    path("modules/", views.module_list, name="module_list"),
    path("modules/<slug:module_slug>/sandbox/", views.start_sandbox, name="sandbox_start"),
    path("modules/<slug:module_slug>/<slug:page_slug>/", views.page, name="page"),
    path("", include("sandboxes.urls")),
    path("accounts/profile/", profile, name="profile"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("health/", health, name="health"),
]
