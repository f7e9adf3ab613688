"""The pages of communities as plain values."""
