"""The MQTT front: connections, sessions, topic rules, routing. Storage is behind `ports.Backend`."""
