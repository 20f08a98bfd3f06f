"""Everything that comes in over HTTP for agendas, except the operations."""

from typing import Any

from django import forms

from workshop.accounts.models import User
from workshop.agendas.access import may_publish
from workshop.agendas.models import Agenda, Visibility
from workshop.agendas.planner import Day, Level, Request, Rules
from workshop.curriculum.models import Level as CurriculumLevel
from workshop.curriculum.models import Module

_LEVELS = {"beginner": Level.BEGINNER, "intermediate": Level.INTERMEDIATE, "advanced": Level.ADVANCED}
_MOST_DAYS = 5
_FULL_DAY = 24 * 60 - 1


class PlannerForm(forms.Form):
    """The box, and what should be in it."""

    title = forms.CharField(max_length=100, initial="My workshop")
    days = forms.IntegerField(min_value=1, max_value=_MOST_DAYS, initial=1)
    date = forms.DateField(required=False, label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    start = forms.TimeField(initial="09:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    end = forms.TimeField(initial="17:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    lunch = forms.IntegerField(min_value=0, max_value=180, initial=60, label="Lunch, minutes")
    level = forms.ChoiceField(choices=CurriculumLevel.choices, label="The participants are")
    must = forms.MultipleChoiceField(required=False, label="Must be in")
    goals = forms.MultipleChoiceField(required=False, label="Would be good")
    known = forms.MultipleChoiceField(required=False, label="They know already")
    finish = forms.ChoiceField(required=False, label="End with")

    def __init__(self, *args: Any, modules: list[Module], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.modules = modules
        choices = [(module.slug, f"{module.title} ({module.minutes} min)") for module in modules]
        for name in ("must", "goals", "known"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["finish"].choices = [("", "No matter"), *choices]  # type: ignore[attr-defined]

    def rows(self) -> list[dict[str, Any]]:
        """The table of the form: a row for each module, with what is ticked in it."""
        ticked = {name: set(self[name].value() or []) for name in ("must", "goals", "known")}
        return [
            {"module": module, **{name: module.slug in slugs for name, slugs in ticked.items()}} for module in self.modules
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The day ends after it starts; what must be in is not also known."""
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["start"] >= data["end"]:
            self.add_error("end", "The day ends after it starts.")
        both = sorted(set(data.get("must", [])) & set(data.get("known", [])))
        if both:
            self.add_error("known", f"{both[0]} must be in, and they know it already: choose one.")
        return data

    def to_request(self) -> Request:
        """What the planner is asked."""
        data = self.cleaned_data
        minutes = [time.hour * 60 + time.minute for time in (data["start"], data["end"])]
        lunch = data["lunch"]
        # Without lunch no day is ever long enough for one.
        rules = Rules(lunch_minutes=lunch) if lunch else Rules(lunch_from=_FULL_DAY)
        finish = [data["finish"]] if data["finish"] else []
        goals = [*finish, *(goal for goal in data["goals"] if goal not in finish)]
        return Request(
            days=(Day(*minutes),) * data["days"],
            must=frozenset(data["must"]),
            goals=tuple(goals),
            known=frozenset(data["known"]),
            level=_LEVELS[data["level"]],
            finish=data["finish"],
            rules=rules,
        )


class SettingsForm(forms.ModelForm[Agenda]):
    """What an agenda is called, for whom it is, and who may read it."""

    class Meta:
        model = Agenda
        fields = ("title", "audience", "language", "visibility")

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        if not may_publish(person):
            self.fields["visibility"].choices = [c for c in Visibility.choices if c[0] != Visibility.PUBLIC]  # type: ignore[attr-defined]


class CoTrainerForm(forms.Form):
    """Somebody who may change the agenda too."""

    email = forms.EmailField()

    def clean_email(self) -> str:
        """A trainer or admin of this installation."""
        email = self.cleaned_data["email"].lower()
        person = User.objects.filter(email=email, is_active=True).first()
        if person is None or not person.is_trainer:
            raise forms.ValidationError("There is no trainer with this address.")
        return str(email)


class ImportForm(forms.Form):
    """An exported agenda."""

    file = forms.FileField()
