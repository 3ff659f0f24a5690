"""What people are told on their phones: by push or text message, which kinds, and when not. Imported by no other room."""
