import { newKey } from "@smartbear/shared/api/client.ts";
import { ApiError } from "@smartbear/shared/api/errors.ts";

/** What became of a message: under way, taken on, not taken on for now, or not to be sent from here at all. */
export type Fate = "none" | "sending" | "sent" | "failed" | "call";

export type SendMessage = (text: string, key: string) => Promise<unknown>;

/** One message to the case manager. However often it is sent until it is taken on, it is one and the same. */
export class Draft {
  private key = newKey();
  private sent = "";

  constructor(private readonly send: SendMessage) {}

  /** @returns what became of it; a text that has been changed is a message of its own */
  async trySending(text: string): Promise<Fate> {
    if (text !== this.sent) this.key = newKey();
    this.sent = text;
    try {
      await this.send(text, this.key);
      return "sent";
    } catch (error) {
      return error instanceof ApiError && [409, 429, 503].includes(error.status) ? "call" : "failed";
    }
  }
}
