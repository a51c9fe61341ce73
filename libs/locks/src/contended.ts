import { WaggleError } from '@waggle/protocol';
import type { Entry } from './record.js';
import type { Scope } from './scope.js';
import { statusOf, type LockStatus } from './status.js';

/** `LOCK_CONTENDED`, with who holds the lock and who waits for it. */
export class LockContendedError extends WaggleError {
  constructor(
    readonly status: LockStatus,
    message: string,
  ) {
    super('LOCK_CONTENDED', message, { path: 'scope' });
  }
}

const when = (time: Date | undefined): string => time?.toISOString() ?? 'just now';

/** Somebody else holds it, or is in line before us. */
export const contended = (scope: Scope, entries: readonly Entry[], except?: string): LockContendedError => {
  const status = statusOf(
    scope.name,
    scope.key,
    entries.filter(({ id }) => id !== except),
  );
  const names = status.holders.map(
    ({ holder, since, until }) => `${holder} since ${when(since)}, until ${when(until)} unless it renews its lease`,
  );
  const more = status.waiters.length > 0 ? `; ${status.waiters.length} wait` : '';
  return new LockContendedError(status, `The lock ${JSON.stringify(scope.name)} is held by ${names.join(' and ') || 'nobody now'}${more}.`);
};
