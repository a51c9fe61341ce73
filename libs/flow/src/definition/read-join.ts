import { LIMITS } from '../limits.js';
import type { Join, Rest } from './definition.js';
import { isRecord, type Reader } from './reader.js';

const KINDS = ['any', 'quorum', 'consensus', 'best'] as const;

/** `all`, `any`, or an object with one of quorum, consensus, best and any, and what becomes of the rest. */
export const readJoin = (step: Reader): 'all' | Join => {
  const value = step.raw('join');
  if (value === undefined || value === 'all') return 'all';
  if (value === 'any') return { any: true, rest: 'cancel' };
  const kinds = isRecord(value) ? KINDS.filter((kind) => value[kind] !== undefined) : [];
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    step.fault('join', `join must be all, any, or an object with exactly one of ${KINDS.join(', ')}`);
    return 'all';
  }
  const reader = step.inner('join');
  const join = readKind(reader, kind);
  reader.finish();
  return join;
};

const readKind = (reader: Reader, kind: (typeof KINDS)[number]): Join => {
  if (kind === 'best') return { best: reader.expression('best') ?? '' };
  const rest: Rest = reader.oneOf('rest', ['cancel', 'run']) ?? 'cancel';
  if (kind === 'any') {
    if (reader.raw('any') !== true) reader.fault('any', 'any must be true');
    return { any: true, rest };
  }
  const distinct = reader.oneOf('distinct', ['agent', 'task']);
  if (kind === 'quorum') return { quorum: reader.whole('quorum', { min: 1, max: LIMITS.items }) ?? 1, distinct: distinct ?? 'task', rest };
  const consensus = reader.part('consensus') ?? 1;
  if (consensus === 0) reader.fault('consensus', 'consensus must be above 0');
  return { consensus, key: reader.expression('key') ?? 'output', distinct: distinct ?? 'agent', rest };
};
