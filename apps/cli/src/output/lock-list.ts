import type { LockParty, LockStatus } from '@waggle/locks';
import { clip, plain, table } from './table.js';
import { duration } from './format.js';
import type { Output } from './output.js';

const SCOPE_WIDTH = 48;
const METADATA_WIDTH = 40;

const mode = ({ mode: shape, permits }: LockParty): string => (permits === undefined ? shape : `${shape} of ${permits}`);

const leaseOf = ({ until }: LockParty, now: number): string => {
  if (until === undefined) return '';
  const left = until.getTime() - now;
  return left > 0 ? `${duration(left)} left` : 'lease ended';
};

const row = (status: LockStatus, party: LockParty, state: string): string[] => {
  const now = Date.now();
  return [
    plain(clip(status.scope, SCOPE_WIDTH)),
    state,
    plain(party.holder),
    mode(party),
    party.since === undefined ? '' : duration(Math.max(0, now - party.since.getTime())),
    leaseOf(party, now),
    String(party.token ?? ''),
    party.metadata === undefined ? '' : plain(clip(JSON.stringify(party.metadata), METADATA_WIDTH)),
  ];
};

/** Holders, and below them who waits, in turn. */
export const locksText = (locks: readonly LockStatus[], { colors }: Pick<Output, 'colors'>): string => {
  const rows = locks.flatMap((status) => [
    ...status.holders.map((party) => row(status, party, colors.green('holds'))),
    ...status.waiters.map((party, i) => row(status, party, colors.yellow(`waits ${i + 1}`))),
    ...(status.holders.length + status.waiters.length === 0 ? [[plain(clip(status.scope, SCOPE_WIDTH)), colors.red('unreadable')]] : []),
  ]);
  return rows.length === 0 ? 'no locks' : table(['SCOPE', 'STATE', 'WHO', 'MODE', 'SINCE', 'LEASE', 'TOKEN', 'METADATA'], rows);
};
