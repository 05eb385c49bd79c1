"""The job table: procrastinate's own schema in a PostgreSQL schema of its own, behind one function.

Components may call ``jobs.defer`` and, for erasure, ``users`` alone ``jobs.forget``; they cannot read the
payloads of one another.
"""

from importlib.resources import files

from smartbear.kit.db import Connection, role_of

SCHEMA = "jobs"

CHANNEL = "jobs"
"""Where ``jobs.defer`` announces jobs; one announcement for a transaction, however many there are."""

_DEFER = """
DROP FUNCTION IF EXISTS jobs.defer(text, text, jsonb, timestamptz, text);
CREATE OR REPLACE FUNCTION jobs.defer(
    queues text[], tasks text[], priorities int[], payload jsonb, run_at timestamptz, job_lock text)
RETURNS bigint[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = jobs AS $$
DECLARE numbers bigint[];
BEGIN
    WITH added AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args, scheduled_at)
        SELECT a.queue, a.task, a.priority, job_lock, jsonb_build_object('payload', payload), run_at
        FROM unnest(queues, tasks, priorities) AS a (queue, task, priority) RETURNING id)
    SELECT array_agg(id) FROM added INTO numbers;
    IF run_at IS NULL THEN PERFORM pg_notify('jobs', ''); END IF;
    RETURN numbers;
END $$;
REVOKE ALL ON FUNCTION jobs.defer FROM PUBLIC;
CREATE OR REPLACE FUNCTION jobs.forget(names text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = jobs AS $$
DECLARE found bigint;
BEGIN
    SELECT count(*) FROM procrastinate_jobs j INTO found
    WHERE EXISTS (SELECT FROM unnest(names) AS n WHERE strpos(j.args::text, n) > 0);
    DELETE FROM procrastinate_jobs j WHERE j.status <> 'doing'
        AND EXISTS (SELECT FROM unnest(names) AS n WHERE strpos(j.args::text, n) > 0);
    RETURN found;
END $$;
REVOKE ALL ON FUNCTION jobs.forget FROM PUBLIC;
"""
_ERASERS = ("users",)

# Of procrastinate's triggers only the record of when a job failed is read by anybody. The others would write
# four rows and two announcements for each job.
_LEAN = """
DROP TRIGGER IF EXISTS procrastinate_jobs_notify_queue_job_inserted_v1 ON jobs.procrastinate_jobs;
DROP TRIGGER IF EXISTS procrastinate_trigger_status_events_insert_v1 ON jobs.procrastinate_jobs;
DROP TRIGGER IF EXISTS procrastinate_trigger_scheduled_events_v1 ON jobs.procrastinate_jobs;
DROP TRIGGER IF EXISTS procrastinate_trigger_delete_jobs_v1 ON jobs.procrastinate_jobs;
DROP TRIGGER IF EXISTS procrastinate_trigger_status_events_update_v1 ON jobs.procrastinate_jobs;
CREATE TRIGGER procrastinate_trigger_status_events_failed AFTER UPDATE OF status ON jobs.procrastinate_jobs
    FOR EACH ROW WHEN (NEW.status = 'failed')
    EXECUTE FUNCTION jobs.procrastinate_trigger_function_status_events_update_v1();
"""
_IS_LEAN = "SELECT FROM pg_trigger WHERE tgname = 'procrastinate_trigger_status_events_failed'"

_DECLARATIONS = """
COMMENT ON TABLE jobs.procrastinate_jobs IS 'owner: kit; personal: yes (payloads of events under way);
 retention: until done, quarantined jobs until replayed or dropped; access: not served, transient;
 rectification: not served, transient; erasure: with the job, or by jobs.forget; restriction: with the job';
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
        if not await connection.fetch(_IS_LEAN):
            await connection.execute(_LEAN)
        await connection.execute(_DEFER)
        for component in components:
            role = role_of(component)
            await connection.execute(f"GRANT USAGE ON SCHEMA jobs TO {role}")
            await connection.execute(f"GRANT EXECUTE ON FUNCTION jobs.defer TO {role}")
            if component in _ERASERS:
                await connection.execute(f"GRANT EXECUTE ON FUNCTION jobs.forget TO {role}")


def _procrastinate_schema() -> str:
    return (files("procrastinate") / "sql" / "schema.sql").read_text(encoding="utf-8")
