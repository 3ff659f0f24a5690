"""Desired property values (期望属性值): wanted by people and applications, taken up by the device when it can."""
