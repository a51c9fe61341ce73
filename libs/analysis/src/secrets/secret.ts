import type { Confidence, RuleInfo } from '../finding.js';
import type { Place } from '../finding-list.js';

/** A secret in a text. The secret itself is not kept. */
export interface Secret {
  /** Short name of what it is, e.g. `aws`; `entropy` for what only looks like one. */
  kind: string;
  place: Place;
  confidence: Confidence;
}

/** The kind of what no issuer's shape tells, but its name and randomness do. */
export const ENTROPY = 'entropy';

/** The rule that stands for a kind of secret. */
export const secretRule = (kind: string): RuleInfo => ({
  id: `security/secret/${kind}`,
  title: kind === ENTROPY ? 'Random text under the name of a secret' : `Secret in the code (${kind})`,
  severity: kind === ENTROPY ? 'high' : 'critical',
  category: 'security',
  cwe: 798,
  owasp: 'A07',
  why: 'Whoever can read the code can use the secret, and it stays in the history after it was deleted.',
  remedy: 'Revoke it where it was issued, make a new one, and read it from the environment or a secret store.',
});
