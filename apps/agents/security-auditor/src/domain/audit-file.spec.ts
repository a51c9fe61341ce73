import { auditFile } from './audit-file.js';

// Made up here and put together, so that no scanner takes this file for a leak.
const AWS = ['AKIA', 'QYLPMN5HHHFPZAM2'].join('');
const GITHUB = ['ghp_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('');
const DATABASE = ['postgres://admin:', 's3cr3tPassw0rd@db.internal:5432/app'].join('');

const rules = async (path: string, text: string): Promise<string[]> =>
  (await auditFile(path, text)).findings.map(({ rule, severity, line }) => `${severity} ${rule} ${line}`);

describe('secrets', () => {
  it('are found in any text, at their place', async () => {
    expect(await rules('deploy/notes.md', `token below\n${GITHUB}\n`)).toEqual(['critical security/secret/github 2']);
    expect(await rules('src/a.ts', `const key = '${AWS}';`)).toEqual(['critical security/secret/aws 1']);
    expect(await rules('db.yaml', `url: ${DATABASE}\n`)).toEqual([expect.stringMatching(/^critical security\/secret\/.* 1$/)]);
  });

  it('are nowhere in what is returned, not even in the code around other findings', async () => {
    const text = `import { exec } from 'child_process';\nconst key = '${GITHUB}';\nexec(\`deploy \${target}\`);\n`;
    const audit = await auditFile('src/a.ts', text);
    expect(audit.findings.map((finding) => finding.rule).sort()).toEqual(['security/secret/github', 'security/shell-command']);
    expect(JSON.stringify(audit)).not.toContain(GITHUB);
    expect(JSON.stringify(audit)).not.toContain(GITHUB.slice(8, 24));
    expect(audit.findings[0]!.evidence.lines.join('\n')).toContain("const key = '********';");
  });

  it('are masked where a rule or their randomness finds them, and listed once', async () => {
    const password = ['q7Zr2Lw9', 'Tn4XvB6y', 'Kd1S'].join('');
    for (const [path, text] of [
      ['a.ts', `connect({ host: 'db', user: 'a', password: '${password}' });`],
      ['Dockerfile', `FROM a\nENV DB_PASSWORD=${password}`],
      ['main.tf', `resource "x" "y" {\n  password = "${password}"\n}`],
      ['compose.yaml', `services:\n  a:\n    environment:\n      DB_PASSWORD: ${password}\n`],
      ['b.ts', `const authToken = '${password}';`],
    ] as const) {
      const audit = await auditFile(path, text);
      expect([path, audit.findings.length]).toEqual([path, 1]);
      expect(audit.findings[0]!.rule).toMatch(/^security\/secret\//);
      expect(JSON.stringify(audit)).not.toContain(password);
    }
  });

  it('are masked over several lines', async () => {
    const key = [
      '-----BEGIN RSA PRIVATE',
      ' KEY-----\n',
      ...Array.from({ length: 12 }, (_, at) => `${'MIIEpAIBAAKCAQEA'.repeat(4)}${at}\n`),
      '-----END RSA PRIVATE',
      ' KEY-----',
    ].join('');
    const audit = await auditFile('key.pem', `first\n${key}\nlast\n`);
    expect(audit.findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(audit)).not.toContain('MIIEpAIBAAKCAQEA');
  });

  it('are not what people write where one would stand', async () => {
    expect(
      await rules(
        'README.md',
        'postgres://user:password@localhost/db\nhttps://REDACTED:REDACTED@example.com\nmysql://root:${PASSWORD}@db\n',
      ),
    ).toEqual([]);
  });

  it('count less among tests, and say so', async () => {
    const [finding] = (await auditFile('test/a.spec.ts', `const key = '${GITHUB}';`)).findings;
    expect(finding).toMatchObject({ severity: 'medium' });
    expect(finding!.message).toContain('made up');
  });
});

describe('shapes of code', () => {
  it('are looked for where a parser is, else it is said', async () => {
    expect(await auditFile('a.swift', 'let a = 1')).toMatchObject({
      findings: [],
      note: 'no parser for this kind of file; looked through for secrets',
    });
    expect((await auditFile('a.min.js', 'eval(x)')).note).toContain('minified');
    expect((await auditFile('a.ts', `eval(${'('.repeat(1000)}`)).note).toContain('nested too deep');
    expect((await auditFile('a.py', 'eval(x)\n')).findings).toMatchObject([{ rule: 'security/py-eval', severity: 'medium', line: 1 }]);
  });

  it('are not looked for in silence where YAML cannot be read', async () => {
    expect(await auditFile('compose.yaml', 'services:\n  a: [\n')).toMatchObject({
      note: 'it cannot be read as YAML; looked through for secrets',
    });
    const bomb = ['a: &a [x, x]', 'b: &b [*a, *a, *a, *a]', 'services: { web: { privileged: true, list: *b } }'].join('\n');
    const { findings, note } = await auditFile('compose.yaml', bomb);
    expect([findings.length > 0, note]).toEqual([true, undefined]);
  });

  it('count one step less in tests', async () => expect(await rules('tests/test_a.py', 'eval(x)\n')).toEqual(['low security/py-eval 1']));

  it('are listed fifty times a file and rule, and the rest is counted', async () => {
    const audit = await auditFile('src/a.ts', 'eval(x);\n'.repeat(80));
    expect(audit.findings).toHaveLength(50);
    expect(audit.omitted).toBe(30);
    expect(new Set(audit.findings.map((finding) => finding.id)).size).toBe(50);
  });

  it('take no time to speak of on text made to take it', async () => {
    for (const text of [
      `import 'child_process';\n${'spawn('.repeat(350)}{shell: true}${')'.repeat(350)}`,
      `db.query(\`SELECT ${'a'.repeat(200_000)}`,
      `${'x.redirect('.repeat(390)}req.query.a${')'.repeat(390)}`,
      `${'if (a)\n'.repeat(50_000)}{${'Math.random();\n'.repeat(20_000)}}`,
    ]) {
      const started = process.cpuUsage();
      await auditFile('src/a.ts', text);
      expect(process.cpuUsage(started).user / 1000).toBeLessThan(3000);
    }
  });
});
