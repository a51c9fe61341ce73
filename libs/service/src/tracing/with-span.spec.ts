import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { withSpan } from './with-span.js';

describe('withSpan, with an SDK', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  beforeAll(() => trace.setGlobalTracerProvider(provider));
  afterAll(async () => {
    trace.disable();
    await provider.shutdown();
  });

  it.each([
    [new RangeError('lost'), 'lost'],
    [null, 'null'],
    [undefined, 'undefined'],
    ['words', 'words'],
    [{ why: 'so' }, "{ why: 'so' }"],
  ])('records what was thrown, whatever it is, and throws that on: %p', async (thrown, message) => {
    exporter.reset();
    const work = (): never => {
      throw thrown; // eslint-disable-line @typescript-eslint/only-throw-error
    };
    const caught = await withSpan('work', undefined, work).then(
      () => 'nothing',
      (error: unknown) => error,
    );
    expect(caught).toBe(thrown);
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({ name: 'work', status: { message }, events: [{ attributes: { 'exception.message': message } }] });
  });
});
