"""A device that proves itself by an X.509 certificate instead of a secret, over TLS."""

import os
import ssl

from linli_sdk.device import Device, Endpoint, Triple

tls = ssl.create_default_context(cafile=os.environ["LINLI_CA"])
tls.load_cert_chain(os.environ["LINLI_CERTIFICATE"])  # certificate and key in one PEM file
endpoint = Endpoint(os.environ["LINLI_HOST"], int(os.environ["LINLI_MQTT_TLS_PORT"]), tls=tls)

with Device(endpoint, Triple(os.environ["LINLI_PRODUCT_KEY"], os.environ["LINLI_DEVICE_NAME"])) as device:
    device.post_properties({"RSAPublicKey": "by certificate"})
    print("online by certificate")
