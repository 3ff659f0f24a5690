"""The open API (开放接口): one signed gateway in front of every method of the rooms. It knows no domain."""
