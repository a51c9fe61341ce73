import { WaggleError } from '@waggle/protocol';
import { enableTraceContext } from '../tracing/start-tracing.js';
import { withSpan } from '../tracing/with-span.js';
import { createLog, type Log } from './log.js';

const recorded = async (): Promise<{ log: Log; lines: Record<string, unknown>[]; text: () => string }> => {
  const written: string[] = [];
  const log = await createLog({ service: 'plain', instance: 'one', level: 'info', to: { write: (line) => void written.push(line) } });
  return {
    log,
    get lines() {
      return written.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    text: () => written.join(''),
  };
};

describe('Log', () => {
  beforeAll(() => enableTraceContext());

  it('writes JSON lines with service, instance and fields, from the level asked for', async () => {
    const seen = await recorded();
    seen.log.debug('not shown');
    seen.log.with({ flow: 'f' }).info('hello', { n: 1 });
    expect(seen.lines).toEqual([
      expect.objectContaining({ level: 'info', service: 'plain', instance: 'one', msg: 'hello', n: 1, flow: 'f' }),
    ]);
  });

  it('carries the ids of the span at work: those of the trace that came with the message', async () => {
    const seen = await recorded();
    const carrier = { header: () => '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    await withSpan('work', carrier, async () => {
      await Promise.resolve();
      seen.log.info('at work');
      await withSpan('inner', undefined, () => seen.log.info('deeper'));
    });
    const [outer, inner] = seen.lines;
    expect(outer).toMatchObject({ trace_id: '0af7651916cd43dd8448eb211c80319c' });
    expect(inner).toMatchObject({ trace_id: '0af7651916cd43dd8448eb211c80319c' });
    expect(inner!.span_id).not.toBe(outer!.span_id);
    expect(outer!.span_id).not.toBe('b7ad6b7169203331');
  });

  it('begins a trace where none came, also with a malformed header', async () => {
    const seen = await recorded();
    await withSpan('work', { header: () => 'nonsense' }, () => seen.log.info('at work'));
    expect(seen.lines[0]!.trace_id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps the code and the causes of an error', async () => {
    const seen = await recorded();
    seen.log.error('failed', { error: new WaggleError('STORAGE_FULL', 'no room', { cause: new Error('disk') }) });
    expect(seen.lines[0]).toMatchObject({ error: { code: 'STORAGE_FULL', message: 'no room', cause: { message: 'disk' } } });
  });

  it('masks secrets, by field and by form', async () => {
    const seen = await recorded();
    const seed = `SU${'A'.repeat(56)}`;
    seen.log.info(`the key is ${seed}`, {
      seed,
      options: { token: 'hunter2' },
      url: 'nats://me:hunter2@host:4222',
      key: `sk-${'a'.repeat(30)}`,
    });
    expect(seen.text()).not.toMatch(/SUAAAA|hunter2|sk-aaaa/);
    expect(seen.text()).toContain('nats://me:[redacted]@host:4222');
  });
});
