import type { Provider } from '@nestjs/common';
import { advisorySource } from './domain/dependencies/osv.js';
import { loadRules, RuleSet } from './rule-set.js';

/** What is known to be wrong with packages: `{ source }`, without one where WAGGLE_OSV names none. */
export const ADVISORIES = Symbol('ADVISORIES');

/** What the environment decides: read once, at the start, which fails where it is wrong. */
export const providers: Provider[] = [
  { provide: RuleSet, useFactory: () => loadRules(process.env) },
  { provide: ADVISORIES, useFactory: () => ({ source: advisorySource(process.env) }) },
];
