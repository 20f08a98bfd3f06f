"""Agendas, and every change that was made to them."""

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from workshop.agendas.document import Document


class Visibility(models.TextChoices):
    """Who may read an agenda beside those who make it."""

    PRIVATE = "private", "Only me and co-trainers"
    LINK = "link", "Whoever has the link"
    PUBLIC = "public", "Everybody"


def new_token() -> str:
    """What stands in a shared link: cannot be guessed."""
    return secrets.token_urlsafe(16)


class Agenda(models.Model):
    """An ordered list of modules and breaks with a total time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=100)
    audience = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="en")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agendas")
    co_trainers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="shared_agendas")
    visibility = models.CharField(max_length=8, choices=Visibility.choices, default=Visibility.PRIVATE)
    share_token = models.CharField(max_length=32, default=new_token, unique=True)
    origin = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies")
    version = models.PositiveIntegerField(default=0)
    data: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["owner", "-updated_at"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The builder."""
        return reverse("agenda", args=[self.pk])

    @property
    def document(self) -> Document:
        """The days and their items."""
        return Document.from_json(self.data or {"days": []})

    def may_edit(self, user: Any) -> bool:
        """Whether somebody may change it; asks the database once about co-trainers."""
        if not user.is_authenticated:
            return False
        return user.is_admin or self.owner_id == user.pk or self.co_trainers.filter(pk=user.pk).exists()


class ChangeState(models.TextChoices):
    """What can still be done about a change."""

    DONE = "done", "Done"
    UNDONE = "undone", "Undone"
    CLOSED = "closed", "Closed"


class Change(models.Model):
    """One operation on an agenda, with what takes it back."""

    agenda = models.ForeignKey(Agenda, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField(help_text="The agenda's version after it.")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="agenda_changes")
    # Of a change that is done, `inverse` undoes it; of one that is undone, `operation` makes it again.
    operation: "models.JSONField[Any, Any]" = models.JSONField()
    inverse: "models.JSONField[Any, Any]" = models.JSONField()
    state = models.CharField(max_length=6, choices=ChangeState.choices, default=ChangeState.DONE)
    key = models.CharField(max_length=32, blank=True, help_text="What the browser calls it, so that one that is sent twice is made once.")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["agenda", "version"], name="one_change_per_version"),
            models.UniqueConstraint(fields=["agenda", "person", "key"], condition=~models.Q(key=""), name="one_change_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.operation.get('type')} ({self.version})"


class Follow(models.Model):
    """A person takes part in, or learns along, an agenda. ``token`` is the shared link that they came by, if they did."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    agenda = models.ForeignKey(Agenda, on_delete=models.CASCADE, related_name="followers")
    title = models.CharField(max_length=100, help_text="What the agenda was called when the person could last read it.")
    token = models.CharField(max_length=32, blank=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [models.UniqueConstraint(fields=["person", "agenda"], name="one_follow_per_agenda")]

    def __str__(self) -> str:
        return f"{self.person} follows {self.title}"
