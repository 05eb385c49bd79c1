import type { ApiClient } from "./client.ts";
import type { Measure } from "../clinical/measures.ts";
import type { Component, Reading } from "../clinical/readings.ts";
import type { Category } from "./people.ts";

/** One day: its mean or total; `value2` is the diastolic pressure. */
export interface DayPoint { at: string; value: number; value2?: number }
export interface MeasureSummary { measure: Measure; code: string; latest: Reading | null; series: DayPoint[] }

export interface Arrivals {
  days: string[];
  /** Share of the people with a device of the category who were heard from; null when nobody had one. */
  rows: { category: Category; shares: (number | null)[] }[];
  total_readings: number;
}

export interface NewReading {
  code: string;
  value?: number;
  unit?: string;
  components?: Component[];
  measured_at: string;
  stored_at?: string;
  entry: Reading["entry"];
}

interface ReadingPage { items: Reading[]; next: string | null }

export const measurements = (api: ApiClient) => ({
  summary: (subject: string, days = 14) =>
    api.get<{ measures: MeasureSummary[] }>("/api/measurements/summary", { subject, days }),
  arrivals: (days = 14) => api.get<Arrivals>("/api/measurements/arrivals", { days }),
  send: (device: string | null, readings: NewReading[], idempotencyKey: string) =>
    api.post<{ batch_id: string; accepted: number; duplicates: number }>(
      "/api/measurements", { device_id: device, readings }, { idempotencyKey }),

  /** All readings of a span, the oldest first. */
  async readings(subject: string, code: string, from: Date, to: Date): Promise<Reading[]> {
    const query = { subject, code, from: from.toISOString(), to: to.toISOString(), limit: 1000 };
    let page = await api.get<ReadingPage>("/api/measurements", query);
    const found = [...page.items];
    while (page.next) {
      page = await api.get<ReadingPage>(page.next);
      found.push(...page.items);
    }
    return found.reverse();
  },
});
