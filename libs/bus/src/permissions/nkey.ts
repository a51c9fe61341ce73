import { createUser } from '@nats-io/nkeys';

export interface Nkey {
  /** Secret: only its holder keeps it. */
  seed: string;
  /** Goes into the broker's config. */
  publicKey: string;
}

/** A new key to sign in with (Ed25519). */
export const newNkey = (): Nkey => {
  const pair = createUser();
  return { seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() };
};
