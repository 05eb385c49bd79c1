"""Metrics for Prometheus, and spans for OpenTelemetry when an exporter is installed and configured.

Labels are names from our own tables (routes, tasks, components), never values from requests.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from opentelemetry import trace
from opentelemetry.trace import Span as Span
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("smartbear_requests_total", "Requests answered.", ["route", "method", "status"])
REQUEST_SECONDS = Histogram(
    "smartbear_request_seconds", "Time to the end of the answer.", ["route", "method"], buckets=_SECONDS
)
REQUESTS_OPEN = Gauge("smartbear_requests_open", "Requests being answered.")
JOBS = Counter("smartbear_jobs_total", "Jobs run.", ["task", "outcome"])
JOB_SECONDS = Histogram("smartbear_job_seconds", "Time a job took.", ["task"], buckets=_SECONDS)
JOBS_QUARANTINED = Counter("smartbear_jobs_quarantined_total", "Jobs put aside after five tries.", ["task"])
READINGS = Counter("smartbear_readings_total", "Readings accepted.", ["outcome"])
NOTICES = Counter("smartbear_notices_total", "Notices raised.", ["kind"])
CIRCUITS_OPEN = Gauge("smartbear_circuits_open", "1 while a component is left alone.", ["component"])
DELIVERIES = Counter("smartbear_deliveries_total", "Messages handed to a channel.", ["channel", "outcome"])
AUDIT_SEQUENCED = Counter("smartbear_audit_sequenced_total", "Audit events put in order and signed.")
AUDIT_LAG = Gauge("smartbear_audit_lag_seconds", "Age of the oldest event when it was last signed.")
AUDIT_WITNESSED = Gauge("smartbear_audit_witnessed_events", "Events a witness has seen signed.", ["witness"])
AUDIT_ALARMS = Counter(
    "smartbear_audit_alarms_total", "Checkpoints that do not go on from what a witness saw.", ["witness"]
)

counter_of = cache(REQUESTS.labels)
timer_of = cache(REQUEST_SECONDS.labels)
"""Both without the client's look at names and locks; there are as many as routes, methods and statuses."""

_tracer = trace.get_tracer("smartbear")
_propagator = TraceContextTextMapPropagator()


@contextmanager
def span(name: str) -> Iterator[None]:
    """A span of a trace; costs next to nothing when no exporter is configured."""
    with _tracer.start_as_current_span(name):
        yield


@contextmanager
def job(task: str) -> Iterator[None]:
    """Count and time one run of a job."""
    started, outcome = time.perf_counter(), "failed"
    try:
        with span(task):
            yield
        outcome = "done"
    finally:
        JOBS.labels(task, outcome).inc()
        JOB_SECONDS.labels(task).observe(time.perf_counter() - started)


def begin_request(route: str, parent: str, state: str) -> Span | None:
    """A span of a request from outside, in the trace that ``parent`` names; None where none is recorded."""
    context = _propagator.extract({"traceparent": parent, "tracestate": state}) if parent else None
    begun = _tracer.start_span(route, context, kind=SpanKind.SERVER)
    return begun if begun.is_recording() else None


def traceparent(span: Span) -> str:
    """What names a span as the parent of others (W3C Trace Context)."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, trace.set_span_in_context(span))
    return carrier["traceparent"]


def end_request(span: Span, status: int) -> None:
    """The request has been answered."""
    span.set_attribute("http.response.status_code", status)
    span.end()


def export_to(endpoint: str) -> None:
    """Send spans to an OTLP/HTTP endpoint. Needs the extra «telemetry», else ImportError."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an optional extra
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an optional extra
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - an optional extra
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an optional extra

    provider = TracerProvider(resource=Resource.create({"service.name": "smartbear"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
