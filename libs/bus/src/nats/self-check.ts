import { WaggleError, problem } from '@waggle/protocol';
import { accountOf } from '../permissions/accounts.js';
import type { Manifest } from '../permissions/manifest.js';
import { covers } from '../permissions/patterns.js';
import { rightsOf } from '../permissions/rights.js';
import type { Wire } from './wire.js';

interface Granted {
  allow?: string[];
  deny?: string[];
}

interface UserInfo {
  data?: { account?: string; permissions?: { publish?: Granted; subscribe?: Granted } };
}

export interface RightsFound {
  /** Granted and not declared. */
  more: string[];
}

const TIMEOUT = 5_000;

/**
 * Compares what the broker grants with what the manifest declares; asks only for one's own rights, so it has no
 * effect. One missing: `NATS_RIGHTS_MISSING`, with every one of them as a problem.
 */
export const checkRights = async (wire: Wire, manifest: Manifest): Promise<RightsFound> => {
  const { data } = await wire.ask<UserInfo>({
    subject: '$SYS.REQ.USER.INFO',
    body: '',
    timeout: TIMEOUT,
    judge: (answer) => answer.json<UserInfo>(),
  });
  const rights = rightsOf(manifest);
  const directions = [
    ['publish', rights.publish, data?.permissions?.publish],
    ['subscribe', rights.subscribe, data?.permissions?.subscribe],
  ] as const;
  const missing = directions.flatMap(([verb, declared, granted]) =>
    declared.filter((subject) => !grants(granted, subject)).map((subject) => `${verb} ${subject}`),
  );
  // who lets an agent in may keep it apart from the others: that takes nothing from it
  const apart = manifest.kind === 'agent' && data?.account === accountOf({ ...manifest, alone: true });
  if (data?.account !== rights.account && !apart) missing.push(`account ${rights.account} (the key is in ${data?.account ?? 'none'})`);
  if (missing.length > 0) {
    throw new WaggleError('NATS_RIGHTS_MISSING', `${manifest.name} lacks ${missing.length} rights: ${missing.slice(0, 5).join(', ')}`, {
      problems: missing.map((right) => problem('NATS_RIGHTS_MISSING', right)),
    });
  }
  const more = directions.flatMap(([verb, declared, granted]) =>
    // no list at all: everything is granted
    granted?.allow
      ? granted.allow.filter((subject) => !declared.some((one) => covers(one, subject))).map((subject) => `${verb} ${subject}`)
      : [`${verb} >`],
  );
  return { more };
};

const grants = (granted: Granted | undefined, subject: string): boolean => {
  // `subject queue`: a right for one queue group only
  const [plain] = subject.split(' ') as [string];
  if (granted?.deny?.some((pattern) => covers(pattern, plain))) return false;
  return granted?.allow?.some((pattern) => pattern === subject || covers(pattern, plain)) ?? true;
};
