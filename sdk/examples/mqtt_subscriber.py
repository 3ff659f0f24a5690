"""Messages over MQTT: several programs of one key share the work; what is not acknowledged comes again."""

import asyncio
import os

from linli_sdk.device import Endpoint
from linli_sdk.subscriber import Subscriber


async def main() -> None:
    endpoint = Endpoint(os.environ["LINLI_HOST"], int(os.environ["LINLI_MQTT_PORT"]))
    app_key = os.environ["LINLI_APP_KEY"]
    async with Subscriber(endpoint, app_key, os.environ["LINLI_APP_SECRET"]) as subscriber:
        await subscriber.subscribe(f"/sys/appkey/{app_key}/thing/#")
        print("listening", flush=True)
        for _ in range(int(os.environ.get("LINLI_MESSAGES", "1"))):
            delivery = await subscriber.next()
            print(delivery.message.topic, delivery.message.payload)
            delivery.ack()  # only now: a crash before it has the message come again


asyncio.run(main())
