import { expect, test } from "vitest";
import { isOwnPath } from "../../src/auth/auth.ts";

test("after signing in one only ever comes back to this site", () => {
  expect(["/", "/inbox?notice=1", "/participants/SB-0001"].every(isOwnPath)).toBe(true);
  expect(["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", ""].some(isOwnPath)).toBe(false);
});
