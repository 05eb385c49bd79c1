import type { Role } from "@smartbear/shared/api/people.ts";

/** Who may open which page; the platform decides again on every request. */
export const PAGE_ROLES = {
  home: ["CCM", "Tech", "SysAdmin", "Auditor"],
  participants: ["CCM", "Tech"],
  participant: ["CCM"],
  inbox: ["CCM"],
  accounts: ["SysAdmin"],
  audit: ["Auditor"],
} as const satisfies Record<string, readonly Role[]>;

export type PageName = keyof typeof PAGE_ROLES;

export function mayOpen(role: Role, page: string): boolean {
  const roles: readonly Role[] | undefined = PAGE_ROLES[page as PageName];
  return roles === undefined || roles.includes(role);
}
