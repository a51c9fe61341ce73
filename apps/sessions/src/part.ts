import type { TenantEndpoint } from '@waggle/bus';
import type { Asker } from './asker.js';

/** A part of the service: the endpoints it answers at. */
export interface Part {
  readonly endpoints: Readonly<Record<string, TenantEndpoint>>;
}

/** An endpoint: how its question is read, and how it is answered. */
export const endpoint =
  <Q>(read: (body: Uint8Array) => Q, answer: (question: Q, asker: Asker) => unknown): TenantEndpoint =>
  (body, asker) =>
    answer(read(body), asker);
