"""Labs as loaded from content files, and what each person has done of them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from labs.script import Script


class Lab(models.Model):
    """A hands-on page as the platform plays it. Its slug is the lab's id in the content files, and its identity."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    module = models.SlugField(help_text="The module whose sandbox it uses.")
    page = models.SlugField(help_text="The page of the module that it stands on.")
    minutes = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0, help_text="Its place among the labs of all modules.")
    instances = models.PositiveSmallIntegerField(default=1)
    ordered = models.BooleanField(default=False, help_text="Whether its steps must be done in order.")
    images: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    repositories: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    sections: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True, help_text="See labs.script.")
    step_count = models.PositiveIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Its page is gone; what people did of it stays.")

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def script(self) -> Script:
        """Its sections, steps and checks; read once for each object."""
        return Script.from_json(self.sections)


class LabFile(models.Model):
    """A file that the lab's sandbox begins with, below the learner's home directory."""

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=200)
    content = models.BinaryField()
    executable = models.BooleanField(default=False)

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["lab", "path"], name="one_lab_file_per_path")]

    def __str__(self) -> str:
        return self.path


class LabRun(models.Model):
    """A person at a lab: in which sandbox they are at it, and for how long they have been."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lab_runs")
    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="runs")
    sandbox = models.UUIDField(null=True, blank=True, help_text="The sandbox that the lab was last begun in.")
    # Events of the engine count for its checks from here on; 0 is from the sandbox's first moment.
    since = models.BigIntegerField(default=0, help_text="Nanoseconds since the epoch.")
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    seconds = models.PositiveIntegerField(default=0, help_text="With the page open and in view.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "lab"], name="one_run_per_lab")]

    def __str__(self) -> str:
        return f"{self.person} at {self.lab}"


class StepProgress(models.Model):
    """What a person has done of a step. ``step`` is the anchor of its heading."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="steps")
    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="progress")
    step = models.CharField(max_length=100)
    done_at = models.DateTimeField(null=True, blank=True)
    done_in = models.UUIDField(null=True, blank=True, help_text="The sandbox in which it was done last.")
    caught_up = models.BooleanField(default=False, help_text="Done for the person, so that they could go on from a later step.")
    attempts = models.PositiveIntegerField(default=0, help_text="Checks that the person asked for and that were answered.")
    hints = models.PositiveIntegerField(default=0, help_text="Hints opened.")
    solution = models.BooleanField(default=False, help_text="Whether the solution was opened.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "lab", "step"], name="one_progress_per_step")]

    def __str__(self) -> str:
        return f"{self.person} at {self.lab}, {self.step}"


class Proof(models.Model):
    """One proof of a lab in a real sandbox: what was typed and checked, what held, and what it took."""

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="proofs")
    agenda = models.CharField(max_length=40, blank=True, help_text="The agenda whose sandbox it was; empty: a sandbox of its own.")
    proved_at = models.DateTimeField(default=timezone.now)
    held = models.BooleanField(help_text="Whether all of it held.")
    reason = models.TextField(blank=True, help_text="Why the lab as a whole could not be proved.")
    blocks_passed = models.PositiveIntegerField(default=0)
    blocks_total = models.PositiveIntegerField(default=0)
    checks_passed = models.PositiveIntegerField(default=0, help_text="Steps whose check refused before and passed after.")
    checks_total = models.PositiveIntegerField(default=0)
    near_misses_passed = models.PositiveIntegerField(default=0, help_text="Near misses that the check refused.")
    near_misses_total = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    memory = models.BigIntegerField(default=0, help_text="Bytes at the peak, of the instance that took most.")
    disk = models.BigIntegerField(default=0, help_text="Bytes, of the instance that took most.")
    engine_version = models.CharField(max_length=40, blank=True)
    inner_version = models.CharField(max_length=40, blank=True, help_text="Of the Docker inside the sandbox.")
    profile = models.CharField(max_length=20, blank=True)
    images: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    failures: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True, help_text="See labs.proof.findings.")
    skipped: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True, help_text="Blocks that are not typed, and why.")
    content_hash = models.CharField(max_length=64, blank=True, help_text="Of the lab as it was then.")

    class Meta:
        ordering = ["-proved_at", "-id"]
        indexes = [models.Index(fields=["lab", "agenda", "-proved_at"])]

    def __str__(self) -> str:
        return f"{self.lab} on {self.proved_at:%Y-%m-%d}"

    @property
    def passed(self) -> int:
        """Blocks, steps and near misses that held."""
        return self.blocks_passed + self.checks_passed + self.near_misses_passed

    @property
    def total(self) -> int:
        """All blocks, steps and near misses, but those that are skipped with a reason."""
        return self.blocks_total + self.checks_total + self.near_misses_total


class CatchUp(models.Model):
    """One request to be brought to the beginning of a step: a fresh sandbox in which the steps before it are replayed."""

    class State(models.TextChoices):
        """Where it is; the last two are the end."""

        WAITING = "waiting", "Waiting for the sandbox"
        REPLAYING = "replaying", "Replaying"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    run = models.ForeignKey(LabRun, on_delete=models.CASCADE, related_name="catch_ups")
    step = models.CharField(max_length=100, help_text="The step that the person wants to do next.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    sandbox = models.UUIDField(help_text="The fresh sandbox.")
    at = models.CharField(max_length=100, blank=True, help_text="What is being replayed.")
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    # The home directory of the sandbox before: a gzipped tar archive, forgotten once it has been put back.
    home = models.BinaryField(default=b"")
    kept: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    replaced: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, help_text="When whoever works on it last said so.")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["run"], condition=models.Q(state__in=["waiting", "replaying"]), name="one_catch_up_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.run}, to {self.step}: {self.state}"
