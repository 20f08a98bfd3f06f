"""Views of what a person learns, one module a subject."""
