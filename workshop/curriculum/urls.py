"""Addresses of the curriculum. The words below a module are those that files.RESERVED keeps from pages."""

from django.urls import path

from workshop.curriculum.views import catalogue, pages, present, quiz

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("modules/", catalogue.module_list, name="module_list"),
    path("modules/<slug:module_slug>/", catalogue.module, name="module"),
    path("modules/<slug:module_slug>/sandbox/", pages.start_sandbox, name="sandbox_start"),
    path("modules/<slug:module_slug>/print/", pages.print_module, name="module_print"),
    path("modules/<slug:module_slug>/present/", present.present, name="module_present"),
    path("modules/<slug:module_slug>/images/<str:name>", pages.picture, name="picture"),
    path("modules/<slug:module_slug>/<slug:page_slug>/", pages.page, name="page"),
    path("modules/<slug:module_slug>/<slug:page_slug>/done/", pages.mark_done, name="page_done"),
    path("modules/<slug:module_slug>/<slug:page_slug>/opened/", pages.open_page, name="page_opened"),
    path("modules/<slug:module_slug>/<slug:page_slug>/quiz/", quiz.answer, name="page_quiz"),
]
