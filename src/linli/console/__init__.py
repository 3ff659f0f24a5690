"""The web back end's shared parts: who is calling, rights, errors, live events, and the built pages.

A room's web routes stand in its own `console.py` as Litestar controllers with paths relative to `/api/console`, and
are listed in `linli.console.app.CONTROLLERS`. What a route may ask for by parameter name (Litestar injects it):

- `within: Scope` – what the signed-in account sees *with the right that the route declares* (the name `scope` is
  Litestar's own);
- `db: Database`, `clock: Clock`, `ids: Ids`, `secrets: Secrets`, `objects: ObjectStore`, `settings: Settings`;
- the process's service objects, by the names of the fields of `linli.console.parts.Parts`.

Every route says who may call it: `@get("/devices", right="devices.use")` (a value of `people.rights.Right`),
`right="signed_in"`, or `public=True`; an app with a route that says nothing does not start. Answers are
`msgspec.Struct(rename="camel")`. A rule raises LinliError; `errors.py` turns it into
`{"code", "message", "field", "requestId"}` in the caller's language.
"""
