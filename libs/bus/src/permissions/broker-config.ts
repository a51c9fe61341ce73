import { subjects } from '@waggle/protocol';
import { CORE_ACCOUNT, SYSTEM_ACCOUNT } from './accounts.js';
import { checkManifests, keysOf } from './check-manifests.js';
import type { Manifest } from './manifest.js';
import { reduce } from './patterns.js';
import { behindBorder } from './right-list.js';
import { rightsOf, type Rights } from './rights.js';

export interface BrokerConfigOptions {
  manifests: readonly Manifest[];
  /** The public nkey of each manifest's name; several while a key is rotated. */
  keys: Readonly<Record<string, string | readonly string[]>>;
  /** Of each client account. */
  limits?: { connections?: number; payload?: number };
}

interface Account {
  users: string[];
  services: string[];
  feeds: string[];
}

/**
 * The part of a nats-server config that says who may say what: accounts with their borders, users with their
 * rights, and the notice of closed connections. Includes nothing secret. The same input gives the same text.
 * Throws `INVALID_MANIFEST`.
 */
export const brokerConfig = ({ manifests, keys, limits = {} }: BrokerConfigOptions): string => {
  checkManifests(manifests);
  const accounts = new Map<string, Account>([[CORE_ACCOUNT, { users: [], services: [], feeds: [] }]]);
  for (const manifest of [...manifests].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const rights = rightsOf(manifest);
    const account = accounts.get(rights.account) ?? { users: [], services: [], feeds: [] };
    for (const key of keysOf(keys, manifest.name)) account.users.push(user(manifest.name, key, rights));
    account.services = reduce([...account.services, ...rights.imports.services]);
    account.feeds = reduce([...account.feeds, ...rights.imports.feeds]);
    accounts.set(rights.account, account);
  }
  const blocks = [...accounts].map(([name, account]) => (name === CORE_ACCOUNT ? core(accounts) : border(name, account, limits)));
  return [
    '# Generated from the manifests: change those, not this.',
    // the registry builds ack subjects itself, in the first of their two forms
    'feature_flags { js_ack_fc_v2: false }',
    // seconds: a busy machine on which all services sign in at once needs more than the two of the default
    'authorization { timeout: 20 }',
    `system_account: ${SYSTEM_ACCOUNT}`,
    'accounts {',
    ...blocks,
    system([...accounts.keys()]),
    '}',
    '',
  ].join('\n');
};

const quote = (text: string): string => JSON.stringify(text);
const list = (name: string, lines: string[]): string[] =>
  lines.length ? [`    ${name}: [`, ...lines.map((line) => `      ${line}`), '    ]'] : [];
const block = (name: string, ...lines: string[]): string => [`  ${name} {`, ...lines, '  }'].join('\n');

const user = (name: string, key: string, { publish, subscribe }: Rights): string => {
  const allow = (of: string[]): string => `{ allow: [${of.map(quote).join(', ')}] }`;
  return `{ nkey: ${key}, permissions: { publish: ${allow(publish)}, subscribe: ${allow(subscribe)} } } # ${name}`;
};

/** One request with many answers. Its reply route lives for a threshold or two, so nothing else may be of this type; it must outlive the longest pull. */
const manyAnswers = (subject: string): boolean => /\.MSG\.NEXT\.|\.DIRECT\.GET\.[A-Z_]+$|^\$SRV/.test(subject);

const core = (accounts: Map<string, Account>): string => {
  const exported = (kind: 'services' | 'feeds'): [string, string[]][] => {
    const to = new Map<string, string[]>();
    for (const [name, account] of accounts) for (const subject of account[kind]) to.set(subject, [...(to.get(subject) ?? []), name]);
    return [...to].sort(([a], [b]) => (a < b ? -1 : 1));
  };
  return block(
    CORE_ACCOUNT,
    '    jetstream: enabled',
    ...list('users', accounts.get(CORE_ACCOUNT)!.users),
    ...list('exports', [
      ...exported('services').map(([subject, to]) => {
        const type = manyAnswers(subject) ? ', response_type: Stream, response_threshold: "40s"' : '';
        return `{ service: ${quote(subject)}, accounts: [${to.join(', ')}]${type} }`;
      }),
      ...exported('feeds').map(([subject, to]) => `{ stream: ${quote(subject)}, accounts: [${to.join(', ')}] }`),
    ]),
    ...list(
      'imports',
      [...accounts.keys()].map(
        (name) => `{ stream: { account: ${SYSTEM_ACCOUNT}, subject: ${quote(closed(name))} }, to: ${quote(subjects.left(name))} }`,
      ),
    ),
  );
};

const border = (name: string, { users, services, feeds }: Account, limits: { connections?: number; payload?: number }): string => {
  const bounds = [
    ...(limits.connections === undefined ? [] : [`max_connections: ${limits.connections}`]),
    ...(limits.payload === undefined ? [] : [`max_payload: ${limits.payload}`]),
  ];
  return block(
    name,
    ...(name.startsWith('TENANT_') && bounds.length ? [`    limits { ${bounds.join(', ')} }`] : []),
    ...list('users', users),
    ...list('imports', [
      ...services.map((subject) => {
        const here = behindBorder(subject);
        return `{ service: { account: ${CORE_ACCOUNT}, subject: ${quote(subject)} }${here === subject ? '' : `, to: ${quote(here)}`} }`;
      }),
      ...feeds.map((subject) => `{ stream: { account: ${CORE_ACCOUNT}, subject: ${quote(subject)} } }`),
    ]),
  );
};

/** The system account's notice that a connection of this account was closed. */
const closed = (account: string): string => `$SYS.ACCOUNT.${account}.DISCONNECT`;

const system = (accounts: string[]): string =>
  block(
    SYSTEM_ACCOUNT,
    ...list(
      'exports',
      accounts.map((name) => `{ stream: ${quote(closed(name))}, accounts: [${CORE_ACCOUNT}] }`),
    ),
  );
