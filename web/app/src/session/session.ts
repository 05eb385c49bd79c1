import { ApiClient } from "@smartbear/shared/api/client.ts";
import { OfflineError } from "@smartbear/shared/api/errors.ts";
import { people, type Me } from "@smartbear/shared/api/people.ts";
import { Auth } from "@smartbear/shared/auth/auth.ts";
import { shallowRef } from "vue";
import { forgetAnswers, freshOrKept, lastAnswer } from "../store/answers.ts";

const auth = new Auth("mobile", () => void auth.signIn("/"));
const client = new ApiClient(auth);
const me = shallowRef<Me | null>(null);

export const useApi = (): ApiClient => client;
export const useMe = () => me;

/** Finds out who uses the phone; without a connection, who used it last. @returns false if nobody is known */
export async function enter(path: string): Promise<boolean> {
  if (me.value) return true;
  if (!(await signedIn())) {
    me.value = navigator.onLine ? null : ((await lastAnswer<Me>("me"))?.value ?? null);
    if (!me.value) await auth.signIn(path);
    return me.value !== null;
  }
  me.value = (await freshOrKept("me", askWho))?.value ?? null;
  return me.value !== null;
}

/** What was said to somebody else, who left without signing out, is forgotten first. */
async function askWho(): Promise<Me> {
  const before = await lastAnswer<Me>("me");
  const now = await people(client).me();
  if (before && before.value.account !== now.account) await forgetAnswers();
  return now;
}

/** Without a connection a token may be too old to use and too young to give up. */
async function signedIn(): Promise<boolean> {
  try {
    return await auth.signedIn();
  } catch (error) {
    if (error instanceof OfflineError || error instanceof TypeError || !navigator.onLine) return false;
    throw error;
  }
}

/** @returns the path to go on to */
export const finishSignIn = (): Promise<string> => auth.finish();

export async function signOut(): Promise<void> {
  await forgetAnswers();
  await auth.signOut();
}
