/** What an export of today is called. */
export const exportName = (): string => `audit-${new Date().toISOString().slice(0, 10)}.ndjson`;

/** Has the browser keep a file; the token that fetched it is in no address. */
export function saveAs(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
