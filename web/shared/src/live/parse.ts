/** One event of a stream of server-sent events. */
export interface ServerEvent { id: string | null; event: string; data: string }

/** Cuts a text/event-stream into events (HTML, section 9.2.6); a chunk may end anywhere. */
export class EventParser {
  private rest = "";
  private id: string | null = null;

  /** The events that are complete with this chunk. */
  push(chunk: string): ServerEvent[] {
    // A trailing CR may be half of a CRLF, so it waits for the next chunk.
    const text = this.rest + chunk;
    const held = text.endsWith("\r") ? "\r" : "";
    const blocks = text.slice(0, text.length - held.length).replace(/\r\n?/g, "\n").split("\n\n");
    this.rest = (blocks.pop() ?? "") + held;
    return blocks.map((block) => this.read(block)).filter((event) => event !== null);
  }

  private read(block: string): ServerEvent | null {
    let event = "message";
    const data: string[] = [];
    for (const line of block.split("\n")) {
      const [, field, value] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
      if (field === "event") event = value ?? "";
      else if (field === "data") data.push(value ?? "");
      else if (field === "id") this.id = value ?? "";
    }
    return data.length ? { id: this.id, event, data: data.join("\n") } : null;
  }
}
