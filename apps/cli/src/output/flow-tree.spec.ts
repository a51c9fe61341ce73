import { createColors } from 'picocolors';
import type { FlowStatus, StepStatus } from '@waggle/protocol';
import { bar } from './bar.js';
import { flowTree } from './flow-tree.js';
import { widthOf } from './table.js';

const step = (id: string, more: Partial<StepStatus>): StepStatus => ({
  id,
  state: 'WORKING',
  total: 1,
  done: 0,
  running: 0,
  failed: 0,
  retries: 0,
  ...more,
});
const status = (steps: StepStatus[]): FlowStatus => ({
  flowId: 'f1',
  state: 'WORKING',
  workflow: 'repo-audit',
  fraction: 0.5,
  steps,
  version: 1,
  startedAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
});
const plainColors = createColors(false);

describe('a flow as a tree', () => {
  test('has a bar, figures, agents at work, retries and what is waited for', () => {
    const lines = flowTree(
      status([
        step('plan', { state: 'COMPLETED', done: 1 }),
        step('debt', { total: 8, done: 2, running: 4, retries: 1, failed: 1, agents: ['tracker'] }),
        step('report', { state: 'SUBMITTED', waitingFor: 'NO_AGENT' }),
      ]),
      plainColors,
      { width: 120 },
    );
    expect(lines).toEqual([
      'repo-audit f1 WORKING',
      `├─ ✔ plan   ${'█'.repeat(20)}`,
      `├─ ● debt   ${'█'.repeat(5)}${'░'.repeat(15)} 2/8  4 at work · tracker · 1 failed · 1 retry`,
      `└─ ○ report ${'░'.repeat(20)}  waits: NO_AGENT`,
    ]);
  });

  test('never wider than the terminal, whatever names hold', () => {
    const agents = ['a\u001b[31m', 'b'.repeat(100)];
    for (const line of flowTree(status([step('x'.repeat(64), { total: 3, done: 1, running: 1, agents })]), plainColors, { width: 60 })) {
      expect(widthOf(line)).toBeLessThanOrEqual(60);
      expect(line).not.toContain('\u001b');
    }
  });

  test.each([
    [-1, '░░░░'],
    [0.5, '██░░'],
    [2, '████'],
  ])('bar of %d', (fraction, text) => expect(bar(fraction, 4)).toBe(text));
});
