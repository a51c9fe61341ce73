import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findBroker } from './find-broker.js';
import { archiveName } from './release-archive.js';
import { isRecent } from './version.js';

const script = (version: string): string => `#!/bin/sh\necho "nats-server: v${version}"\n`;

/** A tar archive of one file, as `tar` writes it. */
const tar = (path: string, content: string): Buffer => {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write('0000755\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('0', 156);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
};

describe('finding a broker', () => {
  let dir: string;
  let server: Server;
  let served: Record<string, Buffer | string>;
  let asked: string[];
  const path = process.env['PATH'];
  const find = () => findBroker({ cacheDir: join(dir, 'cache'), releases: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const put = async (file: string, version: string): Promise<void> => {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, script(version));
    await chmod(file, 0o755);
  };
  const release = (content: string, sum?: string): void => {
    const archive = gzipSync(tar(`${archiveName()!.replace('.tar.gz', '')}/nats-server`, content));
    served[`/v2.15.1/${archiveName()!}`] = archive;
    served['/v2.15.1/SHA256SUMS'] =
      `${'0'.repeat(64)}  other.zip\n${sum ?? createHash('sha256').update(archive).digest('hex')}  ${archiveName()!}\n`;
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'waggle-find-'));
    process.env['PATH'] = [join(dir, 'path'), '/bin'].join(delimiter);
    served = {};
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url!);
      const body = served[request.url!];
      response.statusCode = body === undefined ? 404 : 200;
      response.end(body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterEach(async () => {
    process.env['PATH'] = path;
    await new Promise((closed) => server.close(closed));
    await rm(dir, { recursive: true, force: true });
  });

  test('PATH comes first, but not with a version that is too old', async () => {
    await put(join(dir, 'cache', 'nats-server'), '2.15.1');
    await put(join(dir, 'path', 'nats-server'), '2.13.9');
    expect(await find()).toEqual({ path: join(dir, 'cache', 'nats-server'), version: '2.15.1', how: 'cache' });
    await put(join(dir, 'path', 'nats-server'), '2.14.0');
    expect(await find()).toMatchObject({ how: 'path', version: '2.14.0' });
  });

  test('a release is fetched, checked, and kept; two calls at once fetch it once', async () => {
    release(script('2.15.1'));
    const found = await Promise.all([find(), find()]);
    expect(found.map(({ path: file }) => file)).toEqual([join(dir, 'cache', 'nats-server'), join(dir, 'cache', 'nats-server')]);
    expect(found.map(({ how }) => how).sort()).toEqual(['cache', 'release']);
    expect(asked).toHaveLength(2);
    expect(await find()).toMatchObject({ how: 'cache' });
    expect(await readdir(join(dir, 'cache'))).toEqual(['nats-server']);
  });

  test('a release that does not match its checksum is not used, and all that was tried is said', async () => {
    release(script('2.15.1'), 'f'.repeat(64));
    await put(join(dir, 'path', 'nats-server'), '2.9.1');
    const error = await find().catch((thrown: unknown) => thrown as Error & { code: string });
    expect(error).toMatchObject({ code: 'BROKER_NOT_FOUND' });
    const { message } = error as Error;
    for (const part of ['it is 2.9.1', 'Go is not installed', 'not what its checksum says', 'Docker', 'WAGGLE_BROKER_URL'])
      expect(message).toContain(part);
    expect(await readdir(join(dir, 'cache'))).toEqual([]);
  });

  test('a release that does not run here is not kept', async () => {
    release('not a program');
    await expect(find()).rejects.toMatchObject({ code: 'BROKER_NOT_FOUND', message: expect.stringContaining('does not run here') });
  });

  test('a lock left behind by a dead process holds nobody up', async () => {
    release(script('2.15.1'));
    await mkdir(join(dir, 'cache'));
    await writeFile(join(dir, 'cache', '.lock'), JSON.stringify({ pid: process.pid, born: 'long ago' }));
    expect(await find()).toMatchObject({ how: 'release' });
  });

  test.each([
    ['2.14.0', true],
    ['2.13.99', false],
    ['3.0.0', true],
    ['2.15.1', true],
    ['1.99.0', false],
  ])('%s is recent: %s', (version, recent) => expect(isRecent(version)).toBe(recent));
});
