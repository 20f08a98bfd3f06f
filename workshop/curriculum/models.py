"""Modules and their pages, as loaded from content files."""

from typing import Any

from django.db import models
from django.urls import reverse


class Level(models.TextChoices):
    """What a learner should bring along."""

    BEGINNER = "beginner", "Beginner"
    INTERMEDIATE = "intermediate", "Intermediate"
    ADVANCED = "advanced", "Advanced"


class Module(models.Model):
    """A unit of a workshop. Its slug is its identity: a changed file changes the row."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    summary = models.CharField(max_length=300)
    minutes = models.PositiveIntegerField()
    level = models.CharField(max_length=12, choices=Level.choices)
    objectives = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField()
    withdrawn = models.BooleanField(default=False, help_text="Its files are gone; the row stays for whatever names it.")

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title


class Page(models.Model):
    """One text of a module, rendered when it was loaded."""

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="pages")
    slug = models.SlugField()
    title = models.CharField(max_length=100)
    minutes = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    html = models.TextField()
    toc: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["module", "slug"], name="one_page_per_slug")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Where the page is read."""
        return reverse("page", args=[self.module.slug, self.slug])

    @property
    def url(self) -> str:
        """The same, for templates."""
        return self.get_absolute_url()
