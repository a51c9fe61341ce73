import { PassThrough } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { Output } from '../output/output.js';
import { leadTo, stepThrough } from './step-through.js';

const terminal = () => {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (more: string) => (text += more));
  return { stream: Object.assign(stream, { isTTY: true, columns: 100 }) as unknown as NodeJS.WriteStream, text: () => text };
};

const keyboard = () => {
  const raw: boolean[] = [];
  const keys = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) });
  return { keys: keys as unknown as ReadStream, raw, press: (text: string) => keys.write(text) };
};

describe('stepping through a log by keys', () => {
  it('goes on, back, to the ends, and never past them', () => {
    expect(leadTo({ name: 'right' }, 1, 3)).toBe(2);
    expect(leadTo({ name: 'right' }, 3, 3)).toBe(3);
    expect(leadTo({ name: 'p' }, 1, 3)).toBe(1);
    expect(leadTo({ name: 'pagedown' }, 1, 30)).toBe(11);
    expect(leadTo({ name: 'g', sequence: 'G' }, 1, 30)).toBe(30);
    expect(leadTo({ name: 'g', sequence: 'g' }, 9, 30)).toBe(1);
    expect(leadTo({ name: 'x' }, 9, 30)).toBe(9);
    expect(leadTo({ name: 'q' }, 9, 30)).toBeUndefined();
    expect(leadTo({ name: 'c', ctrl: true }, 9, 30)).toBeUndefined();
  });

  it('shows the moment that the keys lead to, and gives the terminal back as it was', async () => {
    const { stream, text } = terminal();
    const { keys, raw, press } = keyboard();
    const shown: number[] = [];
    const lines = (n: number): string[] => {
      shown.push(n);
      return [`moment ${n}`];
    };
    const output = new Output({ json: false, quiet: false, stdout: stream, stderr: stream, env: {} });
    const ended = stepThrough({ length: 3, lines, output, keys, signal: new AbortController().signal });
    press('nnp');
    press('q');
    await ended;
    expect(shown).toEqual([1, 2, 3, 2]);
    expect(raw).toEqual([true, false]);
    expect(text()).toContain('moment 2');
    expect(text().endsWith('\u001b[?25h')).toBe(true);
  });

  it('ends when it is interrupted, and when nobody can press a key any more', async () => {
    for (const how of ['signal', 'end'] as const) {
      const { keys } = keyboard();
      const stop = new AbortController();
      const output = new Output({ json: false, quiet: false, stdout: terminal().stream, stderr: terminal().stream, env: {} });
      const ended = stepThrough({ length: 1, lines: () => [], output, keys, signal: stop.signal });
      if (how === 'signal') stop.abort();
      else (keys as unknown as PassThrough).end();
      await ended;
    }
  });
});
