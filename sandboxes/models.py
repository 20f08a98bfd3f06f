"""Rows of the runtime: engines, sandboxes, their instances and terminals."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sandboxes.states import ENDED, LIVE, State, Step


class Engine(models.Model):
    """A Docker host that runs instances. Its health is what its worker last reported."""

    name = models.SlugField(unique=True)
    url = models.CharField(max_length=200, blank=True, help_text="unix:// or tcp:// address; empty: DOCKER_HOST or the default socket.")
    capacity = models.PositiveIntegerField(default=40, help_text="Instances that may exist at a time.")
    parallel_starts = models.PositiveIntegerField(default=4, help_text="Sandboxes that are prepared at a time.")
    healthy = models.BooleanField(default=False)
    message = models.CharField(max_length=300, blank=True)
    version = models.CharField(max_length=40, blank=True)
    image_id = models.CharField(max_length=80, blank=True, help_text="The sandbox image that it was last prepared for.")
    dns = models.JSONField(default=list, blank=True)
    mirror = models.CharField(max_length=40, blank=True, help_text="The mirror's address on it; empty: it has none.")
    images = models.JSONField(default=dict, blank=True, help_text="What the mirror holds: bytes to download, by name.")
    checked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Sandbox(models.Model):
    """What a learner owns: a private network, a deadline, and instances on it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sandboxes")
    purpose = models.CharField(max_length=100, help_text="Opaque here: whoever asked knows what it means.")
    engine = models.ForeignKey(Engine, on_delete=models.PROTECT, related_name="sandboxes")
    # Numbers the sandbox's addresses and user ids on its engine; held until nothing of it is left there.
    slot = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    ending = models.CharField(max_length=12, choices=[(s.value, s.label) for s in ENDED], blank=True)
    step = models.CharField(max_length=12, choices=Step.choices, blank=True)
    message = models.CharField(max_length=300, blank=True)
    reason = models.SlugField(blank=True)
    retryable = models.BooleanField(default=True)
    attempts = models.PositiveIntegerField(default=0)
    # The worker that holds the lease acts on the row; one that dies leaves a lease that runs out.
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    deadline = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "sandboxes"
        indexes = [models.Index(fields=["owner", "purpose", "-created_at"]), models.Index(fields=["state", "created_at"])]
        constraints = [
            models.UniqueConstraint(fields=["owner", "purpose"], condition=Q(state__in=LIVE), name="one_live_sandbox_per_purpose"),
            models.UniqueConstraint(fields=["engine", "slot"], condition=Q(slot__isnull=False), name="one_sandbox_per_slot"),
            models.CheckConstraint(condition=~Q(state=State.STOPPING) | Q(ending__in=ENDED), name="stopping_says_how_it_ends"),
            models.CheckConstraint(condition=~Q(state__in=ENDED) | Q(state=F("ending"), slot__isnull=True), name="ended_holds_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.owner} ({self.state})"

    @property
    def is_live(self) -> bool:
        """Whether it is, or is about to become, usable."""
        return self.state in LIVE

    def is_expired(self, now: datetime) -> bool:
        """Whether its time is over at ``now`` (aware)."""
        return self.deadline is not None and self.deadline <= now


class Instance(models.Model):
    """One Docker host inside a sandbox."""

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="instances")
    number = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["sandbox", "number"], name="one_instance_per_number")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Its host name, such as node1."""
        return f"node{self.number}"


class Terminal(models.Model):
    """A named, lasting shell in an instance."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="terminals")
    title = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def session(self) -> str:
        """The name of its tmux session."""
        return f"t-{self.id.hex[:16]}"
