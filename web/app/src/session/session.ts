import { ApiClient } from "@smartbear/shared/api/client.ts";
import { people, type Me } from "@smartbear/shared/api/people.ts";
import { Auth } from "@smartbear/shared/auth/auth.ts";
import { shallowRef } from "vue";
import { forgetAnswers, freshOrKept, isPassing, lastAnswer } from "../store/answers.ts";

const auth = new Auth("mobile", () => void auth.signIn("/").catch(() => undefined));
const client = new ApiClient(auth);
const me = shallowRef<Me | null>(null);

export const useApi = (): ApiClient => client;
export const useMe = () => me;

/**
 * Finds out who uses the phone; while the platform cannot be reached, who used it last.
 * @returns false if nobody is known: either the sign-in page is on its way, or it cannot be reached (`unreachable`)
 */
export async function enter(path: string): Promise<boolean | "unreachable"> {
  if (me.value) return true;
  try {
    if (!(await auth.signedIn())) {
      await auth.signIn(path);
      return false;
    }
    me.value = (await freshOrKept("me", askWho))?.value ?? null;
  } catch (error) {
    if (!isPassing(error)) throw error;
    me.value = (await lastAnswer<Me>("me"))?.value ?? null;
  }
  return me.value ? true : "unreachable";
}

/** What was said to somebody else, who left without signing out, is forgotten first. */
async function askWho(): Promise<Me> {
  const before = await lastAnswer<Me>("me");
  const now = await people(client).me();
  if (before && before.value.account !== now.account) await forgetAnswers();
  return now;
}

/** @returns the path to go on to */
export const finishSignIn = (): Promise<string> => auth.finish();

/** Forgets what the platform said, whether or not it can be told that the person has gone. */
export async function signOut(): Promise<void> {
  await forgetAnswers();
  await auth.signOut().catch(() => location.assign("/app/signed-out"));
}
