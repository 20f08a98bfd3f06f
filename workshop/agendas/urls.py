"""Addresses of agendas; commands are POST below them."""

from django.urls import path, re_path

from workshop.agendas.views import builder, follow, lists, public

_AGENDA = "agendas/<uuid:agenda_id>/"

urlpatterns = [
    path("agendas/", lists.index, name="agendas"),
    path("agendas/new/", lists.new, name="agenda_new"),
    path("agendas/import/", lists.import_agenda, name="agenda_import"),
    path(_AGENDA, builder.builder, name="agenda"),
    path(f"{_AGENDA}board/", builder.fragment, name="agenda_board"),
    path(f"{_AGENDA}catalogue/", builder.catalogue, name="agenda_catalogue"),
    path(f"{_AGENDA}operations/", builder.change, name="agenda_change"),
    path(f"{_AGENDA}undo/", builder.undo, name="agenda_undo"),
    path(f"{_AGENDA}redo/", builder.redo, name="agenda_redo"),
    path(f"{_AGENDA}settings/", builder.settings, name="agenda_settings"),
    path(f"{_AGENDA}link/", builder.renew_link, name="agenda_link"),
    path(f"{_AGENDA}co-trainers/", builder.add_co_trainer, name="agenda_add_co_trainer"),
    path(f"{_AGENDA}co-trainers/<int:user_id>/remove/", builder.remove_co_trainer, name="agenda_remove_co_trainer"),
    path(f"{_AGENDA}copy/", builder.copy, name="agenda_copy"),
    path(f"{_AGENDA}delete/", builder.delete, name="agenda_delete"),
    path(f"{_AGENDA}follow/", follow.follow, name="agenda_follow"),
    path(f"{_AGENDA}unfollow/", follow.unfollow, name="agenda_unfollow"),
    path(f"{_AGENDA}print/", public.print_agenda, name="agenda_print"),
    re_path(r"^agendas/(?P<agenda_id>[0-9a-f-]{36})/agenda\.(?P<kind>ics|csv|json)$", public.export, name="agenda_export"),
    path("a/<str:token>/", public.shared, name="agenda_shared"),
    path("a/<str:token>/follow/", follow.follow_shared, name="agenda_follow_shared"),
    re_path(r"^a/(?P<token>[\w-]+)/agenda\.(?P<kind>ics|csv|json)$", public.shared_export, name="agenda_shared_export"),
]
