"""Work on the box from afar: figures, diagnosis, logs, and the tunnel that the box opens to the cloud (ADR 0069)."""
