import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditDependencies } from './audit-dependencies.js';
import { advisorySource } from './osv.js';

const ENTRY = {
  id: 'GHSA-aaaa-bbbb-cccc',
  aliases: ['CVE-2024-1'],
  summary: 'Prototype pollution',
  database_specific: { severity: 'CRITICAL', cwe_ids: ['CWE-1321'] },
  affected: [
    {
      package: { ecosystem: 'npm', name: 'a' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.2.0' }, { introduced: '2.0.0' }, { last_affected: '2.0.5' }] }],
    },
    { package: { ecosystem: 'PyPI', name: 'my-lib' }, versions: ['1.0'] },
  ],
};

const workspace = (files: Record<string, string>) => ({
  entries: Object.entries(files).map(([path, text]) => ({ path, kind: 'text' as const, size: text.length })),
  read: async (path: string) => files[path]!,
});
const lock = (version: string): string =>
  JSON.stringify({ packages: { 'node_modules/a': { version, resolved: 'https://r/a.tgz', integrity: 'x' } } }, undefined, 1);
const FILES = { 'package-lock.json': lock('1.1.0'), 'requirements.txt': 'My_Lib==1.0\n', 'b/package-lock.json': lock('1.2.0') };
const signal = new AbortController().signal;
const messages = (report: Awaited<ReturnType<typeof auditDependencies>>): string[] =>
  report.findings.map(({ file, severity, message }) => `${file} ${severity} ${message}`);

describe('vulnerable dependencies', () => {
  let folder: string;
  let server: Server;
  const asked: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waggle-osv-'));
    await writeFile(join(folder, 'a.json'), JSON.stringify(ENTRY));
    await writeFile(join(folder, 'b.json'), JSON.stringify({ ...ENTRY, id: 'GHSA-x', withdrawn: '2024-01-01T00:00:00Z' }));
    await writeFile(join(folder, 'c.json'), '{');
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push(`${request.method} ${request.url}`);
        const { queries = [] } = (body === '' ? {} : JSON.parse(body)) as { queries?: unknown[] };
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify(request.url === '/v1/querybatch' ? { results: queries.map(() => ({ vulns: [{ id: ENTRY.id }] })) } : ENTRY),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await new Promise((resolve) => server.close(resolve));
  });

  const EXPECTED = [
    'package-lock.json critical a 1.1.0: Prototype pollution (GHSA-aaaa-bbbb-cccc, CVE-2024-1). Mended in 1.2.0.',
    'requirements.txt critical My_Lib 1.0: Prototype pollution (GHSA-aaaa-bbbb-cccc, CVE-2024-1). No version that mends it is named.',
  ];

  it('are found by a folder of advisories', async () => {
    const report = await auditDependencies(workspace(FILES), advisorySource({ WAGGLE_OSV: folder }), signal);
    expect(messages(report)).toEqual(EXPECTED);
    expect(report).toMatchObject({ files: 3, skipped: [], rules: [{ id: 'security/dependency/vulnerable' }] });
    expect(report.findings[0]).toMatchObject({ line: 3 });
  });

  it('are found by a server, which is told names and versions alone', async () => {
    const source = advisorySource({ WAGGLE_OSV: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    expect(messages(await auditDependencies(workspace(FILES), source, signal))).toEqual(EXPECTED);
    expect(asked).toEqual(['POST /v1/querybatch', `GET /v1/vulns/${ENTRY.id}`]);
  });

  it('are not claimed to be looked for where there is no source, or none that answers', async () => {
    const none = await auditDependencies(workspace(FILES), undefined, signal);
    expect(none.findings).toEqual([]);
    expect(none.skipped.map(({ file }) => file)).toEqual(['package-lock.json', 'requirements.txt', 'b/package-lock.json']);
    expect(none.skipped[0]!.reason).toBe('not compared with known vulnerabilities: no source of advisories is configured (WAGGLE_OSV)');
    const gone = await auditDependencies(workspace(FILES), advisorySource({ WAGGLE_OSV: join(folder, 'none') }), signal);
    expect(gone.skipped[0]!.reason).toContain('did not answer');
  });

  it('leave a manifest to the lock file beside it', async () => {
    const manifest = '{"dependencies":{"a":"*"}}';
    const report = async (files: Record<string, string>) => messages(await auditDependencies(workspace(files), undefined, signal));
    expect(await report({ 'x/package.json': manifest })).toEqual(['x/package.json low a may be any version: *.']);
    expect(await report({ 'x/package.json': manifest, 'x/package-lock.json': lock('1.2.0') })).toEqual([]);
  });

  it.each(['http://example.org', 'https://', 'http:x'])('refuse %s as a source', (given) =>
    expect(() => advisorySource({ WAGGLE_OSV: given })).toThrow(/WAGGLE_OSV/),
  );
});
