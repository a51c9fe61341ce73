import type { RuleInfo } from '@waggle/analysis';
import type { Dependency, Risk } from './dependency.js';

const rule = (id: string, info: Omit<RuleInfo, 'id' | 'category'>): RuleInfo => ({
  id: `security/dependency/${id}`,
  category: 'security',
  ...info,
});

export const VULNERABLE = rule('vulnerable', {
  title: 'Package with a known vulnerability',
  severity: 'high',
  cwe: 1395,
  owasp: 'A06',
  why: 'What is wrong with this version is public, and so are ways to use it.',
  remedy: 'Update to the version named; where none is, see the advisory for what else helps.',
});

/** What each risk means. */
export const RISK_RULES: Record<Risk['kind'], RuleInfo> = {
  unpinned: rule('unpinned', {
    title: 'Any version of a package',
    severity: 'low',
    cwe: 1104,
    owasp: 'A06',
    why: 'The next install may bring other code, and nobody knows what the last one brought.',
    remedy: 'Name a version or a range, and keep a lock file.',
  }),
  'not-registry': rule('not-registry', {
    title: 'Package from outside of a registry',
    severity: 'medium',
    cwe: 829,
    owasp: 'A08',
    why: 'A repository or fork can be changed or given up by whoever owns it, and no list of advisories knows it.',
    remedy: 'Use the package of the registry, or name a full commit of a repository that you control.',
  }),
  unencrypted: rule('unencrypted', {
    title: 'Package fetched without encryption',
    severity: 'high',
    cwe: 319,
    owasp: 'A02',
    why: 'Anybody on the way can send other code.',
    remedy: 'Use https.',
  }),
  'no-integrity': rule('no-integrity', {
    title: 'Package without a checksum',
    severity: 'medium',
    cwe: 354,
    owasp: 'A08',
    why: 'What is fetched is not compared with what was locked.',
    remedy: 'Write the lock file anew with a current package manager.',
  }),
  'install-script': rule('install-script', {
    title: 'Package that runs code on installing',
    severity: 'info',
    cwe: 829,
    owasp: 'A08',
    why: 'Its script runs with the rights of whoever installs; that is how most bad packages do their harm.',
    remedy: 'Allow scripts by name (`allowScripts`, `--ignore-scripts`) and look at each once.',
  }),
  deprecated: rule('deprecated', {
    title: 'Package that is given up',
    severity: 'low',
    cwe: 1104,
    owasp: 'A06',
    why: 'Nobody mends what is found in it.',
    remedy: 'Move to what its makers name instead.',
  }),
};

/** What a risk of a package is, in a sentence. */
export const riskMessage = ({ name, version }: Dependency, risk: Risk): string => {
  const what = version === undefined ? name : `${name} ${version}`;
  switch (risk.kind) {
    case 'unpinned':
      return `${what} may be any version: ${risk.what}.`;
    case 'not-registry':
      return `${what} comes from ${risk.what}.`;
    case 'unencrypted':
      return `${what} is fetched from ${risk.what}.`;
    case 'no-integrity':
      return `${what} is locked without a checksum.`;
    case 'install-script':
      return `${what} runs a script when it is installed.`;
    case 'deprecated':
      return `${what} is given up by its makers: ${risk.what}`;
  }
};
