import { OfflineError, toError } from "./errors.ts";

export type Query = Record<string, string | number | boolean | null | undefined>;

/** How the client gets a token, and what it does when the platform no longer accepts one. */
export interface Session {
  token(): Promise<string | null>;
  expired(): void;
}

export interface SendOptions {
  /** Makes a repeated POST one and the same; see `newKey`. */
  idempotencyKey?: string;
}

/** Talks to the platform of the page's own origin as the signed-in person. */
export class ApiClient {
  constructor(private readonly session: Session) {}

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.send<T>(path + queryString(query), { method: "GET" });
  }

  post<T>(path: string, body: unknown, options: SendOptions = {}): Promise<T> {
    return this.write<T>("POST", path, body, options.idempotencyKey ? { "idempotency-key": options.idempotencyKey } : {});
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.write<T>("PUT", path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.write<T>("PATCH", path, body);
  }

  delete(path: string): Promise<void> {
    return this.send<void>(path, { method: "DELETE" });
  }

  private write<T>(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.send<T>(path, { method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
  }

  /** A successful response, its body unread. @throws ApiError, OfflineError */
  async fetch(path: string, init: RequestInit): Promise<Response> {
    const response = await this.reach(path, init);
    if (response.ok) return response;
    if (response.status === 401) this.session.expired();
    throw await toError(response);
  }

  private async send<T>(path: string, init: RequestInit): Promise<T> {
    const response = await this.fetch(path, init);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  private async reach(path: string, init: RequestInit): Promise<Response> {
    const token = await this.session.token();
    const headers = new Headers(init.headers);
    if (!headers.has("accept")) headers.set("accept", "application/json");
    if (token) headers.set("authorization", `Bearer ${token}`);
    try {
      return await fetch(path, { ...init, headers });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new OfflineError("The platform cannot be reached.", { cause: error });
    }
  }
}

/** A key for one action of a person; the same key goes with every repeat of that action. */
export function newKey(): string {
  return crypto.randomUUID();
}

/** `?a=1&b=2`, without what is empty; nothing at all when everything is. */
export function queryString(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}
