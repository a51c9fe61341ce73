import type { Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, WaggleError, type AuditEntry } from '@waggle/protocol';
import type { Cell, CellOptions } from './cell.js';
import type { Scope } from './scope.js';
import { statusOf, type LockStatus } from './status.js';

export interface ForceOptions {
  /** Why: kept in the audit, 1 to 1,000 characters. */
  reason: string;
}

/** Who held it. The audit comes first: what cannot be audited is not done. */
export const forceRelease = async (
  bus: Bus,
  { tenant, rules }: CellOptions,
  { cell, scope, reason }: ForceOptions & { cell: Cell; scope: Scope },
): Promise<LockStatus> => {
  if (typeof reason !== 'string' || reason.trim() === '' || reason.length > 1_000)
    throw new WaggleError('INVALID_INPUT', 'Say why the lock is broken, in 1 to 1,000 characters.', { path: 'reason' });
  const entries = await cell.look().then((state) => state.entries, unreadable);
  const before = statusOf(scope.name, scope.key, entries ?? []);
  if (entries && before.holders.length === 0) return before;
  const entry: AuditEntry = {
    kind: 'lock',
    actor: bus.me,
    action: 'force-release',
    object: scope.name.slice(0, 512),
    outcome: 'done',
    reason,
    data: { key: scope.key, holders: before.holders.map(({ holder, token, since }) => ({ holder, token, since })) },
  };
  const message = createMessage({ type: MESSAGE_TYPES.audit, from: bus.me, tenant, payload: entry });
  await bus.publish(subjects.audit(tenant, bus.me, 'lock'), JSON.stringify(message));
  if (entries === undefined) {
    await cell.clear();
    return before;
  }
  const ids = new Set(before.holders.map(({ id }) => id));
  await cell.change((standing) => rules.remove(standing, ids));
  return before;
};

/** Nonsense that somebody wrote there, in the way of everybody. */
const unreadable = (error: unknown): undefined => {
  if ((error as { code?: string }).code !== 'INVALID_MESSAGE') throw error;
};
