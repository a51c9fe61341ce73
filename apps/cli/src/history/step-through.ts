import { emitKeypressEvents } from 'node:readline';
import type { ReadStream } from 'node:tty';
import { LiveView } from '../output/live-view.js';
import type { Output } from '../output/output.js';

export interface StepThroughOptions {
  /** Moments there are, from 1 on. */
  length: number;
  /** A moment as lines. */
  lines: (n: number) => string[];
  output: Output;
  keys: ReadStream;
  signal: AbortSignal;
}

interface Key {
  name?: string;
  sequence?: string;
  ctrl?: boolean;
}

const HELP = 'next: → n space   back: ← p   first: Home g   last: End G   ten on or back: PgDn PgUp   leave: q';

/** Where a key leads from a moment; undefined: out. A key that means nothing stays. */
export const leadTo = ({ name, sequence, ctrl }: Key, n: number, length: number): number | undefined => {
  if (name === 'q' || name === 'escape' || (ctrl && (name === 'c' || name === 'd'))) return undefined;
  const steps: Record<string, number> = {
    right: 1,
    down: 1,
    n: 1,
    space: 1,
    return: 1,
    left: -1,
    up: -1,
    p: -1,
    backspace: -1,
    pagedown: 10,
    pageup: -10,
  };
  if (name === 'home') return 1;
  if (name === 'end' || sequence === 'G') return length;
  if (name === 'g') return 1;
  return Math.min(length, Math.max(1, n + (steps[name ?? ''] ?? 0)));
};

/** Shows one moment after another on a terminal, as keys say, until one says to leave. */
export const stepThrough = async ({ length, lines, output, keys, signal }: StepThroughOptions): Promise<void> => {
  const view = new LiveView(output);
  let n = 1;
  const show = (): void => view.show([...lines(n), '', output.colors.dim(`${n} of ${length}   ${HELP}`)]);
  emitKeypressEvents(keys);
  keys.setRawMode(true);
  keys.resume();
  try {
    show();
    await new Promise<void>((resolve) => {
      const leave = (): void => {
        keys.off('keypress', pressed);
        resolve();
      };
      const pressed = (_text: string | undefined, key: Key): void => {
        const next = leadTo(key, n, length);
        if (next === undefined) return leave();
        n = next;
        show();
      };
      keys.on('keypress', pressed);
      keys.once('end', leave);
      signal.addEventListener('abort', leave, { once: true });
    });
  } finally {
    keys.setRawMode(false);
    keys.pause();
    view.end();
  }
};
