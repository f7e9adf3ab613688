"""What people fill in about communities."""
