"""What happens in a room. Each change is logged in its own transaction, so that every screen hears of it.

What only whoever facilitates does is done by their membership; what people in the room do, by their participant.
"""
