import type { ApiClient } from "../api/client.ts";
import { ApiError } from "../api/errors.ts";
import { EventParser, type ServerEvent } from "./parse.ts";

export interface StreamHandlers {
  event(event: ServerEvent): void;
  /** True while connected. */
  live(connected: boolean): void;
}

/** The server speaks every 15 s; longer silence means the connection is dead without having said so. */
const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** How long to wait before the next attempt, doubling; `chance` in [0,1) spreads the clients of a restarted server. */
export function waitBefore(attempt: number, chance: number): number {
  const full = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
  return full / 2 + (full / 2) * chance;
}

/**
 * Reads server-sent events with the bearer token, which EventSource cannot send. Reconnects where it left off
 * until the signal aborts or the platform refuses.
 */
export async function follow(
  api: ApiClient, path: string, handlers: StreamHandlers, signal: AbortSignal,
): Promise<void> {
  let last: string | null = null;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const opened = () => {
        attempt = 0;
        handlers.live(true);
      };
      for await (const event of events(api, path, last, signal, opened)) {
        last = event.id ?? last;
        handlers.event(event);
      }
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) break;
    }
    handlers.live(false);
    await pause(waitBefore(attempt, Math.random()), signal);
  }
  handlers.live(false);
}

async function* events(
  api: ApiClient, path: string, last: string | null, signal: AbortSignal, opened: () => void,
): AsyncGenerator<ServerEvent> {
  const silence = new AbortController();
  const headers: Record<string, string> = { accept: "text/event-stream" };
  if (last) headers["last-event-id"] = last;
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await api.fetch(path, { headers, signal: AbortSignal.any([signal, silence.signal]) });
    opened();
    const parser = new EventParser();
    for await (const chunk of chunks(response)) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      yield* parser.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
}

async function* chunks(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) yield part.value;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}
