import { afterEach, expect, test, vi } from "vitest";
import { audit, gather, readExport, type AuditEvent, type EventPage } from "../../src/api/audit.ts";
import { ApiClient } from "../../src/api/client.ts";

const client = new ApiClient({ token: async () => "secret", expired: vi.fn() });
const END = '{"type":"end","note":"signed"}\n';

function stream(...parts: string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob(parts).stream();
}

function pages(...sizes: number[]) {
  return vi.fn(async (after: string | null): Promise<EventPage> => {
    const index = Number(after ?? 0);
    const items = Array.from({ length: sizes[index] ?? 0 }, (_, id) => ({ id }) as AuditEvent);
    return { items, next: index + 1 < sizes.length ? String(index + 1) : null };
  });
}

afterEach(() => void vi.unstubAllGlobals());

test("pages are fetched one after the other until there are no more", async () => {
  const page = pages(2, 2, 1);
  expect((await gather(page, 100)).items).toHaveLength(5);
  expect(page.mock.calls.map(([after]) => after)).toEqual([null, "1", "2"]);
});

test("no more pages are fetched than are wanted, and where to go on is known", async () => {
  const page = pages(2, 2, 2);
  expect(await gather(page, 3)).toMatchObject({ next: "2" });
  expect(page).toHaveBeenCalledTimes(2);
});

test("an export is told as it comes, and kept as it came", async () => {
  const told: number[] = [];
  const file = await readExport(stream('{"type":"export"}\n', END), (bytes) => told.push(bytes));
  expect(await file.text()).toBe(`{"type":"export"}\n${END}`);
  expect(told.at(-1)).toBe(file.size);
});

test("an export that ends before its signature is none", async () => {
  await expect(readExport(stream('{"type":"export"}\n', '{"type":"event"}\n'), () => undefined)).rejects.toThrow("before its signature");
  await expect(readExport(stream(), () => undefined)).rejects.toThrow();
});

test("the export has the token in a header and only what was asked for in its address", async () => {
  const fetch = vi.fn(async () => new Response(END));
  vi.stubGlobal("fetch", fetch);
  await audit(client).export({ participant: "SB-0001", role: "" });
  const [path, { headers }] = fetch.mock.calls[0] as unknown as [string, { headers: Headers }];
  expect(path).toBe("/api/audit/events.ndjson?participant=SB-0001");
  expect(headers.get("authorization")).toBe("Bearer secret");
});

test("that nobody has verified yet is no error", async () => {
  vi.stubGlobal("fetch", async () => new Response("null"));
  await expect(audit(client).lastVerification()).resolves.toBeNull();
});
