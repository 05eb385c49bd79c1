import { expect, test } from "vitest";
import { EventParser, type ServerEvent } from "../../src/live/parse.ts";

const TEXT = 'id: 7\nevent: notice\ndata: {"a":1}\n\n: a comment\n\nevent: ping\ndata: {}\n\n';
const EXPECTED: ServerEvent[] = [
  { id: "7", event: "notice", data: '{"a":1}' },
  { id: "7", event: "ping", data: "{}" },
];

test("a stream means the same wherever it is cut", () => {
  for (let cut = 0; cut <= TEXT.length; cut += 1) {
    const parser = new EventParser();
    expect([...parser.push(TEXT.slice(0, cut)), ...parser.push(TEXT.slice(cut))]).toEqual(EXPECTED);
  }
});

test("lines may end as they like", () => {
  for (const end of ["\r\n", "\r"]) {
    const parser = new EventParser();
    const text = TEXT.replaceAll("\n", end);
    const found = [...text].flatMap((letter) => parser.push(letter));
    expect([...found, ...parser.push("\n")]).toEqual(EXPECTED);
  }
});

test("several data lines are one text", () => {
  expect(new EventParser().push("data: a\ndata:b\n\n")).toEqual([{ id: null, event: "message", data: "a\nb" }]);
});

test("an event that is not finished is not told", () => {
  expect(new EventParser().push("data: a\n")).toEqual([]);
});
