import { ApiClient } from "@smartbear/shared/api/client.ts";
import { people, type Me } from "@smartbear/shared/api/people.ts";
import { Auth } from "@smartbear/shared/auth/auth.ts";
import { shallowRef } from "vue";

const expired = shallowRef(false);
const me = shallowRef<Me | null>(null);
const auth = new Auth("dashboard", () => (expired.value = true));
const client = new ApiClient(auth);

export const useAuth = (): Auth => auth;
export const useApi = (): ApiClient => client;

/** Who is signed in; null until `learnMe` has been answered. */
export const useMe = () => me;

/** True once the platform no longer accepts this session. */
export const useExpired = () => expired;

export async function learnMe(): Promise<Me> {
  me.value ??= await people(client).me();
  return me.value;
}
