"""What happens to a round: prepared, opened, people asked, answered, closed, its report made, decided upon."""
