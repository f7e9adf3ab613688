"""What people fill in: a lesson, a validator’s answer, the close of a session, a file to bring in."""
