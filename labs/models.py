"""Labs as loaded from content files, and what each person has done of them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

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

    @property
    def script(self) -> Script:
        """Its sections, steps and checks."""
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
