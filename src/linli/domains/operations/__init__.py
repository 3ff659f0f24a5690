"""How the platform itself goes: its parts and queues, and the way of one message through it."""
