import { entropyOf, findSecrets, isRandom } from './index.js';

// Made up here and put together, so that no scanner takes this file for a leak.
const KEY = ['q7Zr2Lw9', 'Tn4XvB6y', 'Kd1Sf8Hp'].join('');
const HEX = ['9f86d081', '884c7d65', '9a2feaa0', 'c55ad015'].join('');

const kinds = async (path: string, text: string): Promise<string[]> =>
  (await findSecrets(path, text)).map(
    ({ kind, confidence, place }) => `${kind} ${confidence} ${place.line}:${place.column}-${place.endColumn}`,
  );

describe('random text under the name of a secret', () => {
  it('is found at its place, in code and in settings', async () => {
    expect(await kinds('src/a.ts', `// x\nconst apiKey = '${KEY}';\n`)).toEqual(['entropy medium 2:17-41']);
    expect(await kinds('a.py', `config["client_secret"] = "${HEX}"`)).toEqual(['entropy medium 1:28-60']);
    expect(await kinds('app.properties', `db.password=${KEY}\n`)).toEqual(['entropy medium 1:13-37']);
    expect(await kinds('.env.production', `export AUTH_TOKEN=${KEY}\nPORT=1\n`)).toEqual(['entropy medium 1:19-43']);
  });

  it.each([
    ['a reference', 'a.ts', "const token = 'process.env.SERVICE_TOKEN_1';"],
    ['words', 'a.ts', "const password = 'Password must have 8 characters';"],
    ['a name', 'a.ts', "const accessToken = 'spring.security.oauth2.token1';"],
    ['an address', 'a.ts', `const token = 'https://example.org/${KEY}';`],
    ['a placeholder', 'a.ts', "const apiKey = 'your-api-key-goes-here-123';"],
    ['the id of a user', 'a.py', `user = '${['AID', 'A', 'Q7ZQ7ZQ7ZQ7ZQ7ZQ'].join('')}'`],
    ['where a list goes on', 'a.ts', `const nextPageToken = '${KEY}';`],
    ['an elided text', 'a.ts', `const token = '${KEY}...';`],
    ['a name with a number', 'a.ts', `const keys = { encryptionKey: 'encryptionKey1024', authKey: 'authKeyOfServer1024' };`],
    ['an identifier', 'a.ts', "const secret = '123e4567-e89b-12d3-a456-426614174000';"],
    ['another name', 'a.ts', `const checksum = '${HEX}';`],
    ['a name that only begins so', 'a.ts', `const tokenizer = '${KEY}';`],
    ['no settings', 'notes.txt', `token = ${KEY}`],
    ['a list of sums', 'yarn.lock', `  token: "${KEY}"`],
  ])('is not %s', async (...[, path, text]) => expect(await kinds(path, text)).toEqual([]));

  it('is measured in bits a character', () => {
    expect(entropyOf('aaaa')).toBeCloseTo(0);
    expect(entropyOf('abcd')).toBe(2);
    expect([KEY, HEX, 'aaaaaaaaaaaaaaaaaaaa1'].map(isRandom)).toEqual([true, true, false]);
  });

  it('takes no time to speak of on text made to take it', async () => {
    const started = process.cpuUsage();
    for (const text of ['a.'.repeat(200_000), 'token'.repeat(100_000), `token = "${'a1B'.repeat(100_000)}`, 'password = '.repeat(50_000)])
      await findSecrets('a.env', text);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(4000);
  });
});
