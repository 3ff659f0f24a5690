"""Messages as server-sent events: a subscription is made, tried, read, and taken away."""

import os

from linli_sdk import Linli
from linli_sdk.sse import events

with Linli(os.environ["LINLI_URL"], os.environ["LINLI_APP_KEY"], os.environ["LINLI_APP_SECRET"]) as linli:
    made = linli.subscriptions.create(kind="sse", name="example stream")
    linli.subscriptions.test(subscription_id=made.subscription_id)
    # Keep message.id: `after=` goes on from there, also after a restart of this program.
    message = next(events(linli, made.subscription_id, after="0"))
    print("heard", message.id, message.topic)
    linli.subscriptions.delete(subscription_id=made.subscription_id)
