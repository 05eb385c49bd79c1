import { expect, test } from "vitest";
import type { InboxItem } from "../../src/api/inbox.ts";
import { byUrgency, groupOf, pressure, shapeOf } from "../../src/format/notice.ts";

const item = (id: string, kind: InboxItem["kind"], level: InboxItem["level"], created_at: string) =>
  ({ id, kind, level, created_at }) as InboxItem;

test("the most urgent comes first, and of equals the one that waits longest", () => {
  const items = [
    item("notice", "cleared", "notice", "2026-11-17T08:00:00Z"),
    item("late red", "red_alert", "red", "2026-11-17T09:00:00Z"),
    item("warning", "no_repeat", "warning", "2026-11-17T07:00:00Z"),
    item("early red", "red_alert", "red", "2026-11-17T08:30:00Z"),
  ];
  expect(items.sort(byUrgency).map(({ id }) => id)).toEqual(["early red", "late red", "warning", "notice"]);
});

test("what was not delivered stands apart from the warnings", () => {
  expect(groupOf({ kind: "not_delivered", level: "warning" })).toBe("other");
  expect(groupOf({ kind: "repeat_asked", level: "repeat" })).toBe("warning");
});

test("every level has its shape", () => {
  expect((["red", "repeat", "warning", "notice"] as const).map(shapeOf)).toEqual(["extreme", "threshold", "threshold", "unknown"]);
});

test("a pressure is written as people say it", () => {
  expect(pressure({ systolic: 199.6, diastolic: 130 })).toBe("200/130");
});
