"""A web page that classifies images dropped on it."""
