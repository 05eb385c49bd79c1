/** Whether a key press asks for the search: `/` where it is not being typed into something. */
export function wantsSearch(event: KeyboardEvent): boolean {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target as HTMLElement | null;
  return !target?.closest?.("input, textarea, select, [contenteditable=true]");
}
