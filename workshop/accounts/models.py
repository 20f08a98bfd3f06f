"""A person, who signs in with an e-mail address and has one role."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class Role(models.TextChoices):
    """What a person does here; each may do what the one before may."""

    LEARNER = "learner", "Learner"
    TRAINER = "trainer", "Trainer"
    ADMIN = "admin", "Admin"


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new user; an admin may use Django's admin too."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.is_staff = user.is_superuser = user.role == Role.ADMIN
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An admin, for ``manage.py createsuperuser``."""
        return self.create_user(email, password, **{**fields, "role": Role.ADMIN})


class User(AbstractUser):
    """Somebody who learns, teaches or runs the place."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.LEARNER)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_email")]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        """The name, or the address where none is known."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """The same: people are not split into first and last names."""
        return self.get_full_name()

    @property
    def is_trainer(self) -> bool:
        """Whether the person may do what trainers do."""
        return self.role in {Role.TRAINER, Role.ADMIN}

    @property
    def is_admin(self) -> bool:
        """Whether the person may do what admins do."""
        return self.role == Role.ADMIN
