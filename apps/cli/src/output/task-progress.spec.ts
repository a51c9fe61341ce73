import { createColors } from 'picocolors';
import { progressLines, TaskProgresses, type ToldProgress } from './task-progress.js';
import { widthOf } from './table.js';

const told = (taskId: string, fraction: number, message?: string): ToldProgress => ({
  taskId,
  agent: 'worker',
  progress: { fraction, attempt: 1, instance: 'i', ...(message !== undefined && { message }) },
});

describe('what agents say of tasks', () => {
  it('is kept by task, the newest first, until it is done; a step shows its own alone', () => {
    const all = new TaskProgresses();
    for (const each of [told('debt-0', 0.1), told('debt-1', 0.2), told('debtor', 0.5), told('debt-0', 0.3), told('debt-1', 1)])
      all.note(each);
    expect(all.of('debt', 5).map(({ taskId, progress }) => [taskId, progress.fraction])).toEqual([['debt-0', 0.3]]);
    expect(all.of('debtor', 5)).toHaveLength(1);
    expect(all.of('debt', 0)).toEqual([]);
  });

  it('is a bar and a word each, cut to the width, never moving the cursor; more than four are counted', () => {
    const many = Array.from({ length: 6 }, (_, n) => told(`debt-${n}`, n / 10, `\u001b[2Jfile ${'x'.repeat(200)}`));
    const lines = progressLines(many, createColors(false), 60);
    expect(lines).toHaveLength(5);
    expect(lines[4]).toBe('and 2 more');
    for (const line of lines) {
      expect(widthOf(line)).toBeLessThanOrEqual(60);
      expect(line).not.toContain('\u001b');
    }
    expect(lines[3]).toContain('███░░░░░░░  30 %  worker');
  });
});
