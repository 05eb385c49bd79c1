import type { ApiClient } from "./client.ts";

export const LONGEST_MESSAGE = 2000;

/** A participant's words to the own case managers, who get them as an e-mail. */
export const messages = (api: ApiClient) => ({
  send: (text: string, idempotencyKey: string) => api.post<{ accepted: boolean }>("/api/messages", { text }, { idempotencyKey }),
});
