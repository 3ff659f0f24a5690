"""Empty PostgreSQL databases for one test each: copied from a template once, emptied and used again."""

from itertools import count

from tests.engines import PostgreSQL

_SHAPE = """
SELECT md5(string_agg(concat_ws(' ', c.relname, a.attname, a.atttypid), ',' ORDER BY c.relname, a.attnum))
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace
"""
_EMPTY = """
DO $$ DECLARE item record; BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
  PERFORM set_config('session_replication_role', 'replica', true);  -- references are not checked: all rows go
  FOR item IN SELECT oid::regclass AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %s', item.name);
  END LOOP;
  PERFORM setval(oid::regclass, 1, false) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'S';
END $$;
"""


class EmptyDatabases:
    """A pool of databases with the tables of `template`, all without rows."""

    def __init__(self, cluster: PostgreSQL, template: str) -> None:
        self.cluster = cluster
        self._template = template
        self._shape = cluster.run_sql(_SHAPE, template)
        self._idle: list[str] = []
        self._numbers = count(1)

    def take(self) -> str:
        """The name of a database that nobody else uses."""
        if self._idle:
            return self._idle.pop()
        name = f"linli_{next(self._numbers)}"
        self.cluster.copy_database(self._template, name)
        return name

    def give_back(self, name: str) -> None:
        """Empty it for the next test; a database whose tables were changed is dropped."""
        if self.cluster.run_sql(_EMPTY + _SHAPE, name).splitlines()[-1] == self._shape:
            self._idle.append(name)
        else:
            self.cluster.drop_database(name)
