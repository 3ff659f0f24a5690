"""The web back end's shared parts: the caller, rights, errors, live events, and the built pages.

A room declares its web routes in its own `console.py` (`linli.kernel.entry.routes`), with paths relative to
`/api/console`. `linli.console.app.ROUTES` lists them. `routes.py` builds Litestar's handlers from them; `sources.py`
lists the types that a route may ask for.

Every route says who may call it: `right=` with a value of `people.rights.Right`, `right="signed_in"`, or `public=True`.
An app with a route without any of these does not start. Answers are `msgspec.Struct(rename="camel")`. A rule raises
LinliError; `errors.py` turns it into `{"code", "message", "field", "requestId"}` in the caller's language.
"""
