"""What a person learns: what is done, what is next, and what they take home."""
