/** The identity provider's page of a person's own account: password, second step, sessions. */
export const OWN_ACCOUNT = "/realms/smartbear/account";
