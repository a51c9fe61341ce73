import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator, rules } from '@secretlint/secretlint-rule-preset-recommend';
import { randomSecrets } from './entropy.js';
import { MARKS, mayHoldIssued } from './marks.js';

const nameOf = (id: string): string => id.replace(/^.*secretlint-rule-/, '');

/** Rules of secretlint that find something, without asking first whether they can. */
const plainly = async (content: string, filePath = 'a.txt'): Promise<string[]> => {
  const { messages } = await lintSource({
    source: { filePath, content, contentType: 'text', ext: '' },
    options: {
      config: {
        rules: [
          { id: creator.meta.id, rule: creator, rules: [{ id: '@secretlint/secretlint-rule-aws', options: { enableIDScanRule: true } }] },
        ],
      },
      noPhysicFilePath: true,
    },
  });
  return messages.flatMap((each) => (each.type === 'message' && each.messageId !== 'AWSAccountID' ? [nameOf(each.ruleId)] : []));
};

// Made up here and put together, so that no scanner takes this file for a leak.
const some = (length: number, of = 'aB3'): string => of.repeat(Math.ceil(length / of.length)).slice(0, length);
const PEM = ['-----BEGIN RSA PRIVATE', ' KEY-----\n', `MI${some(200)}`, '\n-----END RSA PRIVATE', ' KEY-----'].join('');
const OPS = Buffer.from(
  JSON.stringify({ email: 'a@1passwordserviceaccounts.com', secretKey: some(60), muk: { k: some(60) }, x: '' }),
).toString('base64');

const SECRETS: Record<string, string[]> = {
  aws: [['AKI', 'A', some(16, 'Q7Z')].join(''), `aws_secret_access_key = "${some(40)}"`, `SECRETACCESSKEY=${some(40)}`],
  privatekey: [PEM],
  npm: [['npm', '_', some(36)].join(''), `//r/:_auth${'Token'}=${some(20)}`, `https://${some(20)}:x-oauth${'-basic'}@github.com/`],
  basicauth: [`https://root:${some(12)}@db.internal.net/`],
  slack: [['xox', 'b-', some(20), '-', some(20)].join(''), `HTTPS://HOOKS.SLACK.COM/services/T${some(8)}/B${some(8)}/${some(20)}`],
  sendgrid: [['SG', '.', some(22), '.', some(43)].join('')],
  shopify: [['shp', 'at_', some(32, '0a9')].join('')],
  stripe: [['sk', '_live_', some(24)].join('')],
  github: [['gh', 'p_', some(36)].join(''), ['github', '_pat_', some(82)].join('')],
  gitlab: [['gl', 'pat-', some(20)].join('')],
  grafana: [['gl', 'sa_', some(32), '_', some(8, 'a0')].join('')],
  openai: [['sk', '-', some(20), 'T3Blbk', 'FJ', some(20)].join('')],
  anthropic: [['sk-', 'ant-', 'api03-', some(93), 'AA'].join('')],
  groq: [['gs', 'k_', some(52)].join('')],
  huggingface: [['h', 'f_', some(34, 'aB')].join('')],
  linear: [['lin', '_api_', some(40)].join('')],
  notion: [['nt', 'n_', some(11, '123'), some(35)].join('')],
  '1password': [`ops_${OPS}`],
  'database-connection-string': [
    `mongodb+srv://root:${some(12)}@h.net/a`,
    `PostgreSQL://root:${some(12)}@h.net/a`,
    `jdbc:mysqlx://root:${some(12)}@h/a`,
  ],
  'hashicorp-vault': [['hv', 's.', some(95)].join('')],
  vercel: [['vc', 'p_', some(24)].join('')],
  databricks: [['da', 'pi', some(32, '0a9')].join('')],
  docker: [['dckr', '_pat_', some(27)].join('')],
  figma: [['fig', 'd_', some(43)].join('')],
  cloudflare: [['cf', 'ut_', some(40), some(8, '0a')].join('')],
  tailscale: [['ts', 'key-auth-', some(12), '-', some(24)].join('')],
};

/** Texts of people: what lies around this file. */
const corpus = (): string[] => {
  const root = join(__dirname, '..');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => readFileSync(join(root, name), 'utf8'));
};

describe('what a text must hold for secretlint to find anything', () => {
  it('is known of every rule that it has', () => {
    expect(rules.map(({ meta }) => nameOf(meta.id)).sort()).toEqual(Object.keys(MARKS).sort());
    expect(Object.keys(SECRETS).sort()).toEqual(
      Object.entries(MARKS)
        .flatMap(([name, mark]) => (mark === undefined ? [] : [name]))
        .sort(),
    );
  });

  it.each(Object.entries(SECRETS))('holds of what is found by the rule %s', async (name, texts) => {
    for (const text of texts) {
      // One of them goes by the name of the file.
      const found = await Promise.all(['a.txt', 'package.json', '.npmrc'].map((path) => plainly(`x = ${text}\n`, path)));
      expect(found.flat()).toContain(name);
      expect([text, MARKS[name]!.test(text)]).toEqual([text, true]);
      expect(mayHoldIssued(`x = ${text}\n`)).toBe(true);
    }
  });

  it('holds of few texts of people, and nothing is found in the others', async () => {
    const others = corpus().filter((text) => !mayHoldIssued(text));
    expect(others.length).toBeGreaterThan(100);
    expect(await plainly(others.join('\n'))).toEqual([]);
  });
});

/** The pattern in one piece, as it was before it was cut up to be tried faster. */
const WHOLE =
  /(?<![\w:-])[\w.-]{0,40}(?:secret|token|passw(?:or)?d|passphrase|api_?-?key|access_?-?key|private_?-?key|signing_?-?key|encryption_?-?key|auth_?-?key|credential)s?["'\]]{0,2}\s{0,3}(?:=>|:=|[:=])\s{0,3}(["'`])([^"'`\s]{16,200})\1/gi;

describe('names of secrets', () => {
  it('are found as by the pattern in one piece', () => {
    const value = ['q7Zr2Lw9', 'Tn4XvB6y', 'Kd1Sf8Hp'].join('');
    const names = [
      'token',
      'a.token',
      'x-api-key',
      '::token',
      'b:token',
      `${'n'.repeat(36)}token`,
      `${'n'.repeat(50)}token`,
      `${'n.'.repeat(40)}token`,
    ];
    const more = [
      ...names,
      'Tokens"]',
      'token_secret',
      'access_tokens',
      '-token',
      '$token',
      'tokenizer',
      'é_password',
      'authKey',
      "secret']",
    ];
    const made = more.flatMap((name) => [
      `${name} = "${value}"`,
      `${name}: '${value}',`,
      `(${name}=>\`${value}\`)`,
      `${name} = "token='${value}'`,
    ]);
    const positions = (text: string): number[] => randomSecrets('a.ts', text).map(({ place }) => place.column);
    const plain = (text: string): number[] => [...text.matchAll(WHOLE)].map((match) => match.index + match[0].length - match[2]!.length);
    for (const text of [...made, made.join(' ')]) expect([text, positions(text)]).toEqual([text, plain(text)]);
    expect(positions(made.join(' ')).length).toBeGreaterThan(20);
    for (const text of corpus()) {
      const line = text.replace(/\n/g, ' ');
      for (const at of positions(line)) expect(plain(line)).toContain(at);
    }
  });
});
