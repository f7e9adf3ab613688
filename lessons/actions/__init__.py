"""What can happen to a lesson, by use case: ``writing``, ``review``, ``closing`` (a session), ``bringing_in``."""
