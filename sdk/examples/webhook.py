"""A webhook receiver on the standard library: genuine, not too old, not twice."""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from linli_sdk import Linli
from linli_sdk.webhook import NotGenuine, WebhookReceiver

server = HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), BaseHTTPRequestHandler)
with Linli(os.environ["LINLI_URL"], os.environ["LINLI_APP_KEY"], os.environ["LINLI_APP_SECRET"]) as linli:
    made = linli.subscriptions.create(
        kind="webhook", name="example webhook", url=f"http://127.0.0.1:{server.server_port}/linli"
    )
    receiver = WebhookReceiver(made.secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                message = receiver.receive(dict(self.headers.items()), body)
            except NotGenuine as error:
                print("not from the platform:", error)
                self.send_response(403)
            else:
                if message is not None:  # None: it was done already
                    print("heard", message.kind, message.payload)
                    receiver.done(message)
                self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server.RequestHandlerClass = Handler
    linli.subscriptions.test(subscription_id=made.subscription_id)
    server.handle_request()  # one message; a real receiver serves for ever
    linli.subscriptions.delete(subscription_id=made.subscription_id)
