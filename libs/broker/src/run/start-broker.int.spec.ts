import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findBroker } from '../find/find-broker.js';
import { isAlive, processId } from './process.js';
import { startBroker, type BrokerExit, type RunningBroker } from './start-broker.js';

const user = (name: string): string => `accounts { A { users: [{ user: ${name}, password: x }] } }`;

/** What the server says first, and whether it takes this user. */
const signIn = (port: number, name: string): Promise<string> =>
  new Promise((done, fail) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    let heard = '';
    socket.on('error', fail);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      if (heard.includes('INFO') && !heard.includes('\n+') && !heard.includes('-ERR') && socket.bytesWritten === 0) {
        socket.write(`CONNECT {"user":"${name}","pass":"x","verbose":false}\r\nPING\r\n`);
      }
      if (/PONG|-ERR/.test(heard)) {
        socket.destroy();
        done(/-ERR/.test(heard) ? 'refused' : 'taken');
      }
    });
  });

describe('a broker of our own', () => {
  let binary: string;
  let dir: string;
  const running: RunningBroker[] = [];
  const start = async (config = user('a'), port?: number): Promise<RunningBroker> => {
    const broker = await startBroker({ binary, dir, config, port });
    running.push(broker);
    return broker;
  };

  beforeAll(async () => {
    const cacheDir = resolve(__dirname, '../../../../.waggle/bin');
    binary = process.env['NATS_SERVER'] ?? (await findBroker({ cacheDir })).path;
  }, 300_000);
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'waggle broker-'));
  });
  afterEach(async () => {
    for (const broker of running.splice(0)) await broker.kill();
    await rm(dir, { recursive: true, force: true });
  });

  test('serves once started, with its configuration readable by its owner alone; stops', async () => {
    const broker = await start();
    expect(await signIn(broker.port, 'a')).toBe('taken');
    expect((await stat(broker.configFile)).mode & 0o777).toBe(0o600);
    const { pid } = broker;
    const exits: BrokerExit[] = [];
    broker.onExit((exit) => exits.push(exit));
    await broker.stop();
    expect(isAlive(pid)).toBe(false);
    expect(exits).toMatchObject([{ expected: true }]);
  });

  test('takes new users by a reload, and keeps the old ones when the new configuration is wrong', async () => {
    const broker = await start();
    expect(await signIn(broker.port, 'b')).toBe('refused');
    await broker.reload(user('b'));
    expect(await signIn(broker.port, 'b')).toBe('taken');
    await expect(broker.reload('accounts { oops')).rejects.toMatchObject({ code: 'BROKER_FAILED' });
    expect(await signIn(broker.port, 'b')).toBe('taken');
    expect(await readFile(broker.configFile, 'utf8')).toContain('user: b');
  });

  test('comes back on the same port after a kill, and tells of it', async () => {
    const broker = await start();
    const exits: BrokerExit[] = [];
    broker.onExit((exit) => exits.push(exit));
    const { port, pid } = broker;
    await broker.kill();
    await broker.restart();
    expect(broker.port).toBe(port);
    expect(broker.pid).not.toBe(pid);
    expect(await signIn(port, 'a')).toBe('taken');
    expect(exits).toMatchObject([{ signal: 'SIGKILL' }]);
  });

  test('comes back on a port that somebody had for a moment', async () => {
    const broker = await start();
    await broker.kill();
    const squatter = createServer();
    await new Promise<void>((listening) => squatter.listen(broker.port, '127.0.0.1', listening));
    const back = broker.restart();
    back.catch(() => undefined);
    const refused = async () => (await readFile(broker.logFile, 'utf8')).includes('address already in use');
    while (!(await refused())) await new Promise((next) => setTimeout(next, 20));
    squatter.close();
    await back;
    expect(await signIn(broker.port, 'a')).toBe('taken');
  });

  test('a configuration that cannot work ends in BROKER_FAILED with the reason', async () => {
    await expect(start('accounts { A { users: [{ user: a')).rejects.toMatchObject({
      code: 'BROKER_FAILED',
      message: expect.stringMatching(/Parse error|EOF|broker\.conf/),
    });
  });

  test('a port that is taken is said so', async () => {
    const broker = await start();
    const other = await mkdtemp(join(tmpdir(), 'waggle-other-'));
    await expect(startBroker({ binary, dir: other, config: '', port: broker.port })).rejects.toMatchObject({
      code: 'BROKER_FAILED',
      message: expect.stringContaining('address already in use'),
    });
    await rm(other, { recursive: true, force: true });
  });

  test('one left behind by a dead owner is ended before the next starts; one whose owner lives is ALREADY_RUNNING', async () => {
    const orphan = await start();
    const note = join(dir, 'broker.pid');
    const written = JSON.parse(await readFile(note, 'utf8')) as object;

    const living = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await writeFile(note, JSON.stringify({ ...written, owner: await processId(living.pid) }));
    await expect(start()).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });

    const over = new Promise((ended) => living.once('exit', ended));
    living.kill('SIGKILL');
    await over;
    await start();
    expect(isAlive(orphan.pid)).toBe(false);
  });

  test('it ends when its owner is killed', async () => {
    const script = `
      const { startBroker } = require(${JSON.stringify(resolve(__dirname, '../../dist/index.js'))});
      startBroker({ binary: ${JSON.stringify(binary)}, dir: ${JSON.stringify(dir)}, config: '' }).then((b) => console.log(b.pid));`;
    const owner = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(await new Promise<string>((said) => owner.stdout.once('data', (chunk: Buffer) => said(chunk.toString()))));
    expect(isAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    const end = Date.now() + 15_000;
    while (isAlive(pid) && Date.now() < end) await new Promise((next) => setTimeout(next, 20));
    expect(isAlive(pid)).toBe(false);
  });
});
