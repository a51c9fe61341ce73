import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, Skill, type TaskContext } from '@waggle/agent';
import { delayOf } from './domain/delay-of.js';
import { ECHO_INPUT } from './echo-input.js';

/** Something small to call: for guides, probes and tests. */
@Agent({ name: 'echo', description: 'Answers with its input', slots: 64 })
export class Echo {
  @Skill({
    id: 'echo.echo',
    description: 'The input, back as output; after `delay` when given',
    tags: ['probe'],
    input: ECHO_INPUT,
    timeout: '1h',
  })
  async echo(input: unknown, ctx: TaskContext): Promise<unknown> {
    const delay = delayOf(input);
    if (delay > 0) await sleep(delay, undefined, { signal: ctx.signal });
    return input;
  }
}
