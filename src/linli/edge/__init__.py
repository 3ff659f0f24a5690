"""The edge box of a site: its drivers, what they share, and the process that runs them.

`framework` loads and keeps drivers; `drivers/<name>` is one folder a driver, none of which knows another; `doors` is
what the door drivers share: the box's end of the door protocol; `foreign` runs drivers of others in processes of their
own (ADR 0065). `runtime` composes the box (ADR 0066): `store` is its file, `cloud` its calls, `faces` its recognition
(ADR 0070), `services` its page, files, local MQTT and backups (ADR 0071), `remote` the work from afar (ADR 0069).
`bench` certifies drivers and `scaffold` begins new ones.
"""
