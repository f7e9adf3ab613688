"""What changes sessions: planning them, what happens in the room, and the end."""
