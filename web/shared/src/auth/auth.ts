import { ErrorResponse, UserManager, WebStorageStateStore, type User } from "oidc-client-ts";
import type { Session } from "../api/client.ts";
import { OfflineError } from "../api/errors.ts";

/** The two public clients of the realm, and where each of their applications lives. */
const HOME = { dashboard: "", mobile: "/app" } as const;
export type AuthClient = keyof typeof HOME;

/** Signs in with code and PKCE. Tokens stay in this tab's session storage and go with it. */
export class Auth implements Session {
  private readonly manager: UserManager;

  constructor(client: AuthClient, private readonly onExpired: () => void) {
    const home = location.origin + HOME[client];
    this.manager = new UserManager({
      authority: `${location.origin}/realms/smartbear`,
      client_id: client,
      redirect_uri: `${home}/callback`,
      post_logout_redirect_uri: `${home}/signed-out`,
      scope: "openid profile offline_access",
      automaticSilentRenew: false,
      userStore: new WebStorageStateStore({ store: sessionStorage }),
      stateStore: new WebStorageStateStore({ store: sessionStorage }),
    });
  }

  async signedIn(): Promise<boolean> {
    return (await this.token()) !== null;
  }

  /**
   * A valid access token, renewed when it has under 30 seconds left; null when the person must sign in.
   * @throws OfflineError if it cannot be renewed just now
   */
  async token(): Promise<string | null> {
    const user = await this.manager.getUser();
    if (!user) return null;
    return stillValid(user) ? user.access_token : this.renewOnce();
  }

  expired(): void {
    void this.manager.removeUser().then(this.onExpired);
  }

  /** Leaves for the sign-in page; the person comes back to `path`. @throws OfflineError if it cannot be reached */
  async signIn(path: string): Promise<void> {
    try {
      await this.manager.signinRedirect({ state: path });
    } catch (error) {
      throw new OfflineError("The sign-in page cannot be reached.", { cause: error });
    }
  }

  /** Ends the redirect. @returns the path to go on to */
  async finish(): Promise<string> {
    const user = await this.manager.signinRedirectCallback();
    return typeof user.state === "string" && isOwnPath(user.state) ? user.state : "/";
  }

  /** Leaves for the realm, which ends the sign-in. @throws OfflineError if it ended in this tab alone */
  async signOut(): Promise<void> {
    try {
      await this.manager.signoutRedirect();
    } catch (error) {
      await this.manager.removeUser();
      throw new OfflineError("The realm cannot be reached.", { cause: error });
    }
  }

  private renewing: Promise<string | null> | null = null;

  /** Refresh tokens rotate, so that two renewals at once would look like a stolen token. */
  private renewOnce(): Promise<string | null> {
    this.renewing ??= this.renew().finally(() => (this.renewing = null));
    return this.renewing;
  }

  private async renew(): Promise<string | null> {
    try {
      return (await this.manager.signinSilent())?.access_token ?? null;
    } catch (error) {
      // Only the realm's own word (RFC 6749, section 5.2) ends a sign-in; silence or a 503 does not.
      if (!(error instanceof ErrorResponse)) throw new OfflineError("The sign-in cannot be renewed now.", { cause: error });
      await this.manager.removeUser();
      return null;
    }
  }
}

function stillValid(user: User): boolean {
  return (user.expires_in ?? 0) > 30;
}

/** A path of this site: `//host` and `/\host` would lead elsewhere. */
export function isOwnPath(path: string): boolean {
  return /^\/(?![/\\])/.test(path);
}
