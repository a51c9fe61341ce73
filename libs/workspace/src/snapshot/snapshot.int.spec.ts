import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientManifest, type Bus } from '@waggle/bus';
import { testBroker } from '@waggle/testkit';
import { openShard, openWorkspace, snapshot, type Entry } from '../index.js';

const TENANT = 'default';
let bus: Bus;
let root: string;

const file = (path: string, content: string | Uint8Array = 'text\n'): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};

const entriesOf = async (path = root): Promise<Map<string, Entry>> => {
  const workspace = await openWorkspace(bus, TENANT, await snapshot(path, { bus, tenant: TENANT }));
  return new Map(workspace.entries.map((entry) => [entry.path, entry]));
};

beforeAll(async () => {
  const manifest = clientManifest('client', TENANT);
  const broker = await testBroker({ manifests: [manifest], secure: true });
  bus = await broker.busFor(manifest);
}, 60_000);

beforeEach(() => {
  root = mkdtempSync(join(realpathSync(tmpdir()), 'waggle-workspace-'));
});

afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwx', root]);
  rmSync(root, { recursive: true, force: true });
});

describe('a snapshot', () => {
  it('stores text files and gives them back byte for byte', async () => {
    file('a.ts', 'const ü = "ß";\r\n');
    file('deep/er/b.py', 'x = 1\n'.repeat(30_000));
    const ref = await snapshot(root, { bus, tenant: TENANT });
    expect(ref).toMatchObject({ files: 2, bytes: 180_018, skipped: 0 });
    const workspace = await openWorkspace(bus, TENANT, ref);
    expect(await workspace.read('a.ts')).toBe('const ü = "ß";\r\n');
    expect((await workspace.read('deep/er/b.py')).length).toBe(180_000);
  });

  it('is the same for the same content, wherever it lies and whenever it was written', async () => {
    file('one/x/a.ts');
    file('one/b.ts', 'b');
    file('two/b.ts', 'b');
    file('two/x/a.ts');
    const [one, two] = await Promise.all(['one', 'two'].map((folder) => snapshot(join(root, folder), { bus, tenant: TENANT })));
    expect(one!.manifest).toEqual(two!.manifest);
  });

  it('lists what it cannot store, each with kind and reason, and stores the rest', async () => {
    file('good.ts');
    file('empty.ts', '');
    file('image.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 1, 2]));
    file('latin1.txt', Buffer.from('caf\xe9 au lait, d\xe9j\xe0 vu', 'latin1'));
    file('shift-jis.txt', Buffer.from([0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea, 0x81, 0x42]));
    file('utf16.txt', Buffer.from('\ufeffhello', 'utf16le'));
    file('long.txt', 'a'.repeat(1024 * 1024 + 1));
    file('huge.bin');
    truncateSync(join(root, 'huge.bin'), 50 * 1024 * 1024);
    symlinkSync('good.ts', join(root, 'link.ts'));
    symlinkSync('/etc/hostname', join(root, 'outside'));
    symlinkSync('nowhere', join(root, 'broken'));
    symlinkSync('loop-b', join(root, 'loop-a'));
    symlinkSync('loop-a', join(root, 'loop-b'));
    symlinkSync('.', join(root, 'self'));
    file('new\nline.ts');
    file('<script>alert(1)<.ts');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff, 0xfe])]), 'x');
    const server = createServer().listen(join(root, 'socket'));
    const entries = await entriesOf();
    server.close();
    expect(Object.fromEntries([...entries].map(([path, entry]) => [path, entry.kind]))).toEqual({
      'good.ts': 'text',
      'empty.ts': 'empty',
      'image.png': 'binary',
      'latin1.txt': 'text',
      'shift-jis.txt': 'not-utf8',
      'utf16.txt': 'not-utf8',
      'long.txt': 'too-large',
      'huge.bin': 'binary',
      'link.ts': 'link',
      outside: 'link-outside',
      broken: 'link-broken',
      'loop-a': 'link-broken',
      'loop-b': 'link-broken',
      self: 'link',
      'new\nline.ts': 'text',
      '<script>alert(1)<.ts': 'text',
      pipe: 'special',
      'bad-\\xff\\xfe': 'bad-name',
      socket: 'special',
    });
    for (const entry of entries.values())
      expect([entry.path, entry.kind === 'text' || (entry.reason ?? '') !== '']).toEqual([entry.path, true]);
    expect(entries.get('latin1.txt')).toMatchObject({
      size: Buffer.byteLength('café au lait, déjà vu'),
      reason: expect.stringContaining('Windows-1252'),
    });
  });

  it('names files and folders that may not be read', async () => {
    // Root may read everything: then the process's own rights are no test.
    if (process.getuid?.() === 0)
      return expect(await unreadableAsNobody()).toEqual({ 'open.ts': 'text', 'closed.ts': 'unreadable', 'closed/': 'unreadable' });
    file('open.ts');
    file('closed.ts');
    file('closed/in.ts');
    chmodSync(join(root, 'closed.ts'), 0);
    chmodSync(join(root, 'closed'), 0);
    const entries = await entriesOf();
    expect(Object.fromEntries([...entries].map(([path, entry]) => [path, entry.kind]))).toEqual({
      'open.ts': 'text',
      'closed.ts': 'unreadable',
      'closed/': 'unreadable',
    });
  });

  it('gives a file that changes while it is read either whole or not at all', async () => {
    for (let at = 0; at < 40; at++) file(`f${at}.txt`, 'a'.repeat(100_000));
    const busy = { on: true };
    const writing = (async () => {
      for (let turn = 0; busy.on; turn++) {
        const letter = turn % 2 === 0 ? 'b' : 'c';
        await import('node:fs/promises').then((fs) => fs.writeFile(join(root, `f${turn % 40}.txt`), letter.repeat(100_000 + (turn % 7))));
      }
    })();
    const workspace = await openWorkspace(bus, TENANT, await snapshot(root, { bus, tenant: TENANT }));
    busy.on = false;
    await writing;
    expect(workspace.entries).toHaveLength(40);
    for (const { path, kind } of workspace.entries) {
      if (kind !== 'text') expect(['changing', 'empty']).toContain(kind);
      else expect(new Set(await workspace.read(path)).size).toBe(1);
    }
  });
});

/** Takes the rights of another user for the moment of the snapshot: reading is what is tested, not the broker. */
const unreadableAsNobody = async (): Promise<Record<string, string>> => {
  file('open.ts');
  file('closed.ts');
  file('closed/in.ts');
  chmodSync(root, 0o755);
  chmodSync(join(root, 'closed.ts'), 0);
  chmodSync(join(root, 'closed'), 0);
  process.seteuid!(65534);
  try {
    return Object.fromEntries([...(await entriesOf())].map(([path, entry]) => [path, entry.kind]));
  } finally {
    process.seteuid!(0);
  }
};

describe('.gitignore', () => {
  it('rules out at every level, the deeper file overruling, and what is ruled out is counted', async () => {
    file('.gitignore', '*.log\nbuild/\n/only-top.ts\n');
    file('a.log');
    file('build/x.ts');
    file('only-top.ts');
    file('sub/only-top.ts');
    file('sub/.gitignore', '!keep.log\ntmp\n');
    file('sub/keep.log');
    file('sub/drop.log');
    file('sub/tmp/y.ts');
    file('.git/config');
    const ref = await snapshot(root, { bus, tenant: TENANT });
    const workspace = await openWorkspace(bus, TENANT, ref);
    expect(workspace.entries.map((entry) => entry.path)).toEqual(['.gitignore', 'sub/.gitignore', 'sub/keep.log', 'sub/only-top.ts']);
    expect(workspace.ignored).toBe(5);
  });

  it('of the work tree above counts for a folder in it', async () => {
    mkdirSync(join(root, '.git'));
    file('.gitignore', 'dist/\n/pkg/local.ts\n');
    file('pkg/dist/a.js');
    file('pkg/src/a.ts');
    file('pkg/local.ts');
    expect([...(await entriesOf(join(root, 'pkg'))).keys()]).toEqual(['src/a.ts']);
  });

  it('does not rule out the very folder that was asked for', async () => {
    mkdirSync(join(root, '.git'));
    file('.gitignore', 'node_modules/\n');
    file('node_modules/lib/index.js');
    expect([...(await entriesOf(join(root, 'node_modules'))).keys()]).toEqual(['lib/index.js']);
  });

  it('with a rule made to take for ever is passed over', async () => {
    file('.gitignore', `${'a*'.repeat(40)}b\n*.log\n`);
    file('a'.repeat(200));
    file('x.log');
    expect([...(await entriesOf()).keys()]).toEqual(['.gitignore', 'a'.repeat(200)]);
  });
});

describe('a path that cannot be used', () => {
  it.each([
    ['that does not exist', () => join(root, 'nothing'), 'PATH_INVALID'],
    ['that is a file', () => (file('f'), join(root, 'f')), 'PATH_INVALID'],
    ['below a file', () => (file('f'), join(root, 'f/g')), 'PATH_INVALID'],
    ['that is empty', () => root, 'PATH_INVALID'],
    ['where everything is ruled out', () => (file('.gitignore', '*\n'), root), 'PATH_INVALID'],
  ])('%s is refused with a code', async (_, path, code) => {
    await expect(snapshot(path(), { bus, tenant: TENANT })).rejects.toMatchObject({ code });
  });

  it('with too many files or bytes is refused', async () => {
    for (let at = 0; at < 50; at++) file(`${at}.txt`, 'x'.repeat(1000));
    await expect(snapshot(root, { bus, tenant: TENANT, limits: { files: 49 } })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(snapshot(root, { bus, tenant: TENANT, limits: { bytes: 49_000 } })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect((await snapshot(root, { bus, tenant: TENANT, limits: { files: 50, bytes: 50_000 } })).files).toBe(50);
  });

  it('stops when told to', async () => {
    file('a.ts');
    await expect(snapshot(root, { bus, tenant: TENANT, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELED' });
  });
});

describe('a handle', () => {
  it('is confined to the workspace', async () => {
    file('a.ts');
    file('b.bin', Buffer.from([0, 1]));
    const workspace = await openWorkspace(bus, TENANT, await snapshot(root, { bus, tenant: TENANT }));
    for (const path of ['../a.ts', '/etc/passwd', 'x/../../a.ts', './a.ts', 'a.ts\0'])
      await expect(workspace.read(path)).rejects.toMatchObject({ code: 'PATH_OUTSIDE' });
    for (const path of ['other.ts', 'b.bin']) await expect(workspace.read(path)).rejects.toMatchObject({ code: 'FILE_UNKNOWN' });
  });

  it('goes through a shard in order and counts along', async () => {
    for (let at = 0; at < 30; at++) file(`${String(at).padStart(2, '0')}.ts`, `${at}`);
    file('00.bin', Buffer.from([0]));
    const workspace = await snapshot(root, { bus, tenant: TENANT });
    const files = await openShard(bus, TENANT, { workspace, from: 0, to: 21 });
    expect(files.total).toBe(20);
    const seen: string[] = [];
    for await (const { path, text } of files) {
      expect(files.done).toBe(seen.length);
      expect(text).toBe(String(Number(path.slice(0, 2))));
      seen.push(path);
    }
    expect(seen).toHaveLength(20);
    expect(seen).toEqual([...seen].sort());
    expect(files.done).toBe(20);
  });

  it('refuses a manifest that is none, one that is gone, and a range upside down', async () => {
    file('a.ts');
    const workspace = await snapshot(root, { bus, tenant: TENANT });
    const fake = async (content: unknown) => ({
      ...workspace,
      manifest: await bus.blobs.put(TENANT, Buffer.from(JSON.stringify(content)), 'application/json'),
    });
    for (const content of [
      null,
      [],
      { version: 2 },
      { version: 1, writer: 'x', ignored: 0, entries: [{ path: 'a', kind: 'text', size: 1 }] },
    ])
      await expect(openWorkspace(bus, TENANT, await fake(content))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(
      openWorkspace(bus, TENANT, { ...workspace, manifest: { ...workspace.manifest, sha256: '0'.repeat(64) } }),
    ).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    await expect(openShard(bus, TENANT, { workspace, from: 3, to: 1 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
