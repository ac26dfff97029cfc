"""The practice society: Unity, its employers and its people, and the stories that a trainee finds in it."""
