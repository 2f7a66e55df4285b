"""People and what they may do. The tables stand on both sides: each process has its own accounts."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class People(BaseUserManager["Person"]):
    """Makes accounts."""

    def create_person(
        self, name: str, password: str | None, *, email: str = "", using: str | None = None
    ) -> "Person":
        """A new account; without a password nobody can sign in to it."""
        person = self.model(name=name, email=self.normalize_email(email))
        person.set_password(password)
        person.save(using=using or self.db)
        return person


class Person(AbstractBaseUser):
    """An account on one side; the same human may have one on each."""

    name = models.CharField(max_length=150, unique=True)
    email = models.EmailField(blank=True)
    full_name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[People] = People()

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A kind of work that a person does on the staff side."""

    class Name(models.TextChoices):
        CURATOR = "curator"  # looks at images, accepts and excludes
        PHI_REVIEWER = "phi-reviewer"  # may see before-values, each view audited
        RELEASER = "releaser"  # plans and confirms releases, withdraws
        ADMINISTRATOR = "administrator"  # people, settings, purge

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(max_length=20, choices=Name.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="a_role_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.name}"


class Grant(models.Model):
    """Who may do which deed to what, from when until when. What is meant is named, never keyed."""

    class Scope(models.TextChoices):
        ARCHIVE = "archive"
        HOLDING = "holding"
        DOWNLOAD = "download"
        SITE = "site"
        SUBMISSION = "submission"
        LIST = "list"  # a shared list, by its name: who may read it

    class Deed(models.TextChoices):
        FIND = "find"
        FETCH = "fetch"
        SUBMIT = "submit"
        REVIEW = "review"
        RELEASE = "release"
        OWN = "own"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grants")
    scope = models.CharField(max_length=12, choices=Scope.choices)
    name = models.CharField(
        max_length=200, blank=True
    )  # short title, "short title/download", name of a site or list
    deed = models.CharField(max_length=8, choices=Deed.choices)
    since = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True)  # None: until it is taken back
    terms = models.CharField(max_length=200, blank=True)  # what the person agreed to
    given_by = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "scope", "name", "deed"], name="a_grant_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.deed} {self.scope} {self.name}"


class Token(models.Model):
    """A credential for programs; only its SHA-256 is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token {self.label} of {self.person}"
