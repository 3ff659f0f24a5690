"""The open API (开放接口): one signed gateway in front of every method the rooms register. It knows no domain."""
