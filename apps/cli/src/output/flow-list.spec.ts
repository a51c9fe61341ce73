import { PassThrough } from 'node:stream';
import { Output } from './output.js';
import { listText } from './flow-list.js';

describe('the list of flows', () => {
  test('an id that was refused for its length or its characters does not spoil the table', () => {
    const output = new Output({ json: false, quiet: false, stdout: new PassThrough() as unknown as NodeJS.WriteStream });
    const flow = { owner: 'client', state: 'REJECTED' as const, fraction: 0, startedAt: new Date().toISOString(), updatedAt: '' };
    const text = listText(
      [
        { ...flow, flowId: 'x'.repeat(3_000) },
        { ...flow, flowId: '\u001b[2Jodd' },
      ],
      output,
    );
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(150);
    expect(text).not.toContain('\u001b[2J');
  });

  test('one that is paused says so beside its state', () => {
    const output = new Output({ json: false, quiet: false, stdout: new PassThrough() as unknown as NodeJS.WriteStream });
    const flow = { owner: 'client', state: 'WORKING' as const, fraction: 0, startedAt: new Date().toISOString(), updatedAt: '' };
    const [, held, other] = listText(
      [
        { ...flow, flowId: 'held', paused: true },
        { ...flow, flowId: 'other' },
      ],
      output,
    ).split('\n');
    expect(held).toContain('WORKING paused');
    expect(other).not.toContain('paused');
  });
});
