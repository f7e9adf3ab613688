"""What people fill in: about rounds, whom to ask, their answers, and decisions."""
