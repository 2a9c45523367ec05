"""Messages by Pigeon."""
