import { PassThrough } from 'node:stream';
import type { FlowStatus, StepStatus } from '@waggle/protocol';
import { flowView } from './flow-view.js';
import { Output } from './output.js';

const step = (more: Partial<StepStatus>): StepStatus => ({
  id: 'task',
  state: 'WAITING',
  total: 1,
  done: 0,
  running: 0,
  failed: 0,
  retries: 0,
  ...more,
});
const status = (one: StepStatus): FlowStatus => ({
  flowId: 'f1',
  state: 'WORKING',
  fraction: 0,
  steps: [one],
  version: 1,
  startedAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
});

describe('a flow as lines', () => {
  test('a step that waits for an agent says so once; one that waits for its turn says nothing', () => {
    const stream = () => new PassThrough() as unknown as NodeJS.WriteStream & PassThrough;
    const [stdout, stderr] = [stream(), stream()];
    const view = flowView(new Output({ json: false, quiet: false, stdout, stderr }));
    view.show(status(step({})));
    view.show(status(step({ waitingFor: 'NO_AGENT' })));
    view.show(status(step({ waitingFor: 'NO_AGENT' })));
    view.show(status(step({ state: 'COMPLETED', done: 1 })));
    view.end();
    expect((stderr.read() as Buffer).toString()).toBe('task WAITING (waits: NO_AGENT)\ntask COMPLETED\n');
  });
});
