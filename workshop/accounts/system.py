"""Accounts that are no person's: they own what the installation does by itself."""

from workshop.accounts.models import User

DOMAIN = "system.invalid"
"""Can never receive mail (RFC 2606), so nobody can ask for a new password for one of these."""


def system_account(name: str) -> User:
    """The account of this name, made where there is none. It is closed and has no password: nobody can sign in with it."""
    email = f"{name}@{DOMAIN}"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, None, name=f"System: {name}", is_active=False)
    if user.is_active or user.has_usable_password():
        # Somebody signed up with this address before we needed it.
        user.set_unusable_password()
        user.is_active = False
        user.save(update_fields=["password", "is_active"])
    return user
