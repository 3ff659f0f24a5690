"""Web Push: message encryption (RFC 8291 over RFC 8188) and the sender's identification (VAPID, RFC 8292)."""
