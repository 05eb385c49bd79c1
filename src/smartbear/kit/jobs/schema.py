"""The job table: procrastinate's own schema in a PostgreSQL schema of its own, behind one function.

Components may call ``jobs.defer`` and nothing else; they cannot read the payloads of one another.
"""

from importlib.resources import files

from smartbear.kit.db import Connection, role_of

SCHEMA = "jobs"

_DEFER = """
CREATE OR REPLACE FUNCTION jobs.defer(
    queue text, task text, payload jsonb, run_at timestamptz, job_lock text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = jobs AS $$
    SELECT (procrastinate_defer_jobs_v1(ARRAY[ROW(
        queue, task, 0, job_lock, NULL, jsonb_build_object('payload', payload), run_at
    )::procrastinate_job_to_defer_v1]))[1]
$$;
REVOKE ALL ON FUNCTION jobs.defer FROM PUBLIC;
"""

_DECLARATIONS = """
COMMENT ON TABLE jobs.procrastinate_jobs IS 'owner: kit; personal: yes (payloads of events under way);
 retention: until done, quarantined jobs until replayed or dropped; access: not served, transient;
 rectification: not served, transient; erasure: with the job; restriction: with the job';
COMMENT ON TABLE jobs.procrastinate_events IS 'owner: kit; personal: no; retention: with the job';
COMMENT ON TABLE jobs.procrastinate_periodic_defers IS 'owner: kit; personal: no; retention: for ever';
COMMENT ON TABLE jobs.procrastinate_workers IS 'owner: kit; personal: no; retention: while the worker lives';
"""


async def install(connection: Connection, components: tuple[str, ...]) -> None:
    """Create the schema once and let ``components`` defer jobs. Call under the migration lock."""
    async with connection.transaction():
        if not await connection.fetchval("SELECT to_regclass('jobs.procrastinate_jobs')"):
            await connection.execute("CREATE SCHEMA IF NOT EXISTS jobs")
            await connection.execute("SET LOCAL search_path = jobs")
            await connection.execute(_procrastinate_schema())
            await connection.execute(_DECLARATIONS)
        await connection.execute(_DEFER)
        for component in components:
            role = role_of(component)
            await connection.execute(f"GRANT USAGE ON SCHEMA jobs TO {role}")
            await connection.execute(f"GRANT EXECUTE ON FUNCTION jobs.defer TO {role}")


def _procrastinate_schema() -> str:
    return (files("procrastinate") / "sql" / "schema.sql").read_text(encoding="utf-8")
