"""Webhooks of an integrator's key."""

import argparse

from linli.admin.commands import OPERATOR, Answer, Command
from linli.app.platform import Platform
from linli.databus import address, subscriptions
from linli.databus.subscription_rows import Filters


def _webhook_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("app_key", help="appKey whose messages are pushed")
    parser.add_argument("url", help="where they are posted")
    parser.add_argument("--name", default="webhook")


async def _create_webhook(platform: Platform, words: argparse.Namespace) -> Answer:
    await address.check(words.url, allow_private=platform.settings.webhooks.allow_private)
    number, secret = await platform.db.run(
        lambda tx: subscriptions.create_webhook(
            OPERATOR,
            tx,
            app_key=words.app_key,
            name=words.name,
            url=words.url,
            filters=Filters(),
            ids=platform.ids,
            secrets=platform.secrets,
        )
    )
    return {"subscriptionId": number, "url": words.url, "secret": secret}


COMMANDS = {
    "create-webhook": Command(
        "push a key's messages to a URL (the signing secret is shown this once)",
        _webhook_words,
        _create_webhook,
    )
}
