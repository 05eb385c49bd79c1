import { worst, type Judgement } from "../clinical/state.ts";
import type { Wall } from "../format/moments.ts";
import type { Gap } from "./days.ts";
import type { Panel } from "./panels.ts";

/** One reading as a line of the table; `values` follow the order of the panels. */
export interface ReadingRow {
  kind: "reading";
  id: string;
  at: Wall;
  values: (number | null)[];
  judgement: Judgement;
  typed: boolean;
}

export interface GapRow extends Gap {
  kind: "gap";
  id: string;
  at: Wall;
}

/** The rows of a chart's table, the newest first: the same readings and the same gaps. */
export function rowsOf(panels: readonly Panel[]): (ReadingRow | GapRow)[] {
  const rows = new Map<string, ReadingRow>();
  panels.forEach((panel, index) => {
    for (const point of panel.shown) {
      const row = rows.get(point.readingId) ?? {
        kind: "reading", id: point.readingId, at: point.at, values: panels.map(() => null), judgement: point.judgement, typed: point.typed,
      };
      row.values[index] = point.value;
      row.judgement = worst([row.judgement, point.judgement]);
      rows.set(point.readingId, row);
    }
  });
  const gaps = (panels[0]?.gaps ?? []).map((gap): GapRow => ({ ...gap, kind: "gap", id: `gap-${gap.from}`, at: gap.from }));
  return [...rows.values(), ...gaps].sort((one, other) => other.at - one.at);
}

/** The rows as comma-separated values (RFC 4180); moments as the person's own clock showed them. */
export function csvOf(panels: readonly Panel[]): string {
  const heading = ["measured_at", ...panels.map((panel) => `${panel.id} [${panel.unit}]`), "state", "entry"];
  const lines = rowsOf(panels).flatMap((row) => row.kind === "gap" ? [] : [[
    new Date(row.at).toISOString().slice(0, 19), ...row.values.map((value) => value ?? ""), row.judgement.state, row.typed ? "manual" : "device",
  ]]);
  return [heading, ...lines].map((line) => line.join(",")).join("\r\n") + "\r\n";
}
