"""Modules and their pages, as loaded from content files; and what a person has done of them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone


class Level(models.TextChoices):
    """What a learner should bring along."""

    BEGINNER = "beginner", "Beginner"
    INTERMEDIATE = "intermediate", "Intermediate"
    ADVANCED = "advanced", "Advanced"


class Track(models.TextChoices):
    """Preset choices of modules. DIY has none by itself: it is the column that people fill."""

    INTRODUCTION = "introduction", "Introduction"
    ADVANCED = "advanced", "Advanced"
    AUTOMATION = "automation", "Automation"


class Kind(models.TextChoices):
    """What a page is for."""

    READING = "reading", "Reading"
    LAB = "lab", "Lab"
    QUIZ = "quiz", "Quiz"


class Module(models.Model):
    """A unit of a workshop. Its slug is its identity: a changed file changes the row."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    summary = models.CharField(max_length=300)
    minutes = models.PositiveIntegerField()
    level = models.CharField(max_length=12, choices=Level.choices)
    position = models.PositiveIntegerField()
    tracks = models.JSONField(default=list, blank=True)
    prerequisites = models.JSONField(default=list, blank=True, help_text="Slugs of modules that this one builds on.")
    helps = models.JSONField(default=list, blank=True, help_text="Slugs of modules that help, without being needed.")
    objectives = models.JSONField(default=list, blank=True)
    needs = models.JSONField(default=dict, blank=True, help_text="images, profile, network")
    authors = models.JSONField(default=list, blank=True)
    licence = models.CharField(max_length=40, blank=True)
    reviewed = models.DateField(null=True, blank=True)
    # The pages' titles and addresses, kept here so that a page is drawn with a single query.
    outline = models.JSONField(default=list, blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Its files are gone; the row stays for agendas that use it.")

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The module's first page."""
        return str(self.outline[0]["url"]) if self.outline else reverse("module_list")

    @property
    def url(self) -> str:
        """The same, for templates."""
        return self.get_absolute_url()


class Page(models.Model):
    """One text of a module, rendered when it was loaded."""

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="pages")
    slug = models.SlugField()
    title = models.CharField(max_length=100)
    minutes = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.READING)
    lab = models.SlugField(blank=True, help_text="The lab's id.")
    extra = models.BooleanField(default=False, help_text="For those who have time; not counted in the module's minutes.")
    position = models.PositiveIntegerField()
    html = models.TextField(help_text="What learners read.")
    trainer_html = models.TextField(blank=True, help_text="The same with the notes for trainers.")
    # One slide a section: {"title", "html", "notes"}.
    sections: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    toc: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    text = models.TextField(blank=True, help_text="Words and commands, to search in.")
    quiz: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)

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


class Picture(models.Model):
    """A picture beside a module's text."""

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="pictures")
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=40)
    content = models.BinaryField()
    digest = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["module", "name"], name="one_picture_per_name")]

    def __str__(self) -> str:
        return self.name


class PageProgress(models.Model):
    """What a person has done of a page."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="progress")
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="progress")
    opened_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "page"], name="one_progress_per_page")]

    def __str__(self) -> str:
        return f"{self.person} on {self.page}"


class QuizAttempt(models.Model):
    """One finished run through a page's quiz; it can be repeated, and every run is kept."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quiz_attempts")
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="quiz_attempts")
    answers: "models.JSONField[Any, Any]" = models.JSONField(help_text="For each question the numbers of the chosen options.")
    score = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    finished_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-finished_at"]

    def __str__(self) -> str:
        return f"{self.score} of {self.total}"
