"""海康威视 ISAPI: alarms come by HTTP listening, barriers are moved by the camera itself."""
