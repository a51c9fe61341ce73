/** Faults that the checker must catch, each a rule gone wrong. None of them is in the library. */
import { RULES } from '../../dist/rules.js';

const FAULTS = {
  'ttl-not-renewed': { renew: (entries) => entries },
  'release-by-a-non-holder': {
    remove: (entries, ids) => {
      const left = entries.filter(({ held, id }) => !held && !ids.has(id));
      return left.length === entries.length ? entries : left;
    },
  },
  'token-from-the-renewal': {
    settle: (entries, stored) => RULES.settle(entries, stored).map((entry) => (entry.held ? { ...entry, token: stored.sequence } : entry)),
  },
  'wake-up-lost': { concerns: () => false },
  'tombstone-taken-for-held': {
    read: (text) => (text === '' ? [{ id: 'ghost', holder: 'ghost', permits: 1, priority: 0, lease: 60, held: true }] : RULES.read(text)),
  },
  'grant-out-of-turn': {
    grant: (entries) => {
      const turned = [...entries.filter(({ held }) => held), ...entries.filter(({ held }) => !held).reverse()];
      const granted = RULES.grant(turned);
      if (granted === turned) return entries;
      const held = new Set(granted.filter((entry) => entry.held).map(({ id }) => id));
      return entries.map((entry) => (held.has(entry.id) && !entry.held ? { ...entry, held: true, since: undefined } : entry));
    },
  },
  'expired-too-early': { expire: (entries, now) => RULES.expire(entries, now + 800) },
  'two-let-in': {
    grant: (entries) => {
      if (entries.filter(({ held }) => held).length >= 2) return entries;
      const next = entries.find(({ held }) => !held);
      return next ? entries.map((entry) => (entry === next ? { ...entry, held: true, since: undefined } : entry)) : entries;
    },
  },
};

export const faultNames = Object.keys(FAULTS);

export const faultyRules = (name) => {
  if (name !== undefined && !(name in FAULTS)) throw new Error(`no such fault: ${name}`);
  return { ...RULES, ...FAULTS[name] };
};
