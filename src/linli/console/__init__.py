"""The web back end's shared parts: who is calling, rights, errors, live events, and the built pages.

A room declares its web routes in its own `console.py` (`linli.kernel.entry.routes`), with paths relative to
`/api/console`, and they are listed in `linli.console.app.ROUTES`. `routes.py` makes Litestar's handlers of them;
`sources.py` says what a route may ask for by type.

Every route says who may call it: `right=` with a value of `people.rights.Right`, `right="signed_in"`, or
`public=True`; an app with a route that says nothing does not start. Answers are `msgspec.Struct(rename="camel")`.
A rule raises LinliError; `errors.py` turns it into `{"code", "message", "field", "requestId"}` in the caller's
language.
"""
