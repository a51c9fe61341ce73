import {
  codeOf,
  MESSAGE_TYPES,
  parseDuration,
  problem,
  validatePayload,
  WaggleError,
  type AgentMessage,
  type Priority,
  type Problem,
  type Submit,
  type TaskAddress,
  type TaskDispatch,
} from '@waggle/protocol';
import type { WaggleClient } from '@waggle/client';
import { childId } from './child-id.js';
import type { Delegation } from './suspension.js';

/** Of one `delegate`; the coordinator waits for no more. */
const MOST = 100;

interface Child extends Delegation {
  priority?: Priority;
  delegated?: true;
}

interface Prepared {
  flowId: string;
  submission: Submit;
}

/** The child flows of one attempt: under which ids they are asked for, and what they inherit. */
export class Children {
  private asked = 0;

  constructor(
    private readonly of: { address: TaskAddress; dispatch: AgentMessage<TaskDispatch> },
    private readonly client: WaggleClient,
  ) {}

  /** The child's id; asking for it again changes nothing. */
  async ask(child: Child): Promise<string> {
    return this.submit(this.prepare(child));
  }

  /** The ids of all, in their order. None is asked for unless all can be: `INVALID_MESSAGE` lists what is wrong. */
  async askAll(children: readonly Delegation[]): Promise<string[]> {
    const flows: string[] = [];
    for (const child of this.prepareAll(children)) flows.push(await this.submit(child));
    return flows;
  }

  private prepareAll(children: readonly Delegation[]): Prepared[] {
    if (!Array.isArray(children) || children.length < 1 || children.length > MOST) {
      const found = Array.isArray(children) ? children.length : typeof children;
      throw invalid([problem('INVALID_MESSAGE', `children must be a list of 1 to ${MOST}, not ${found}.`, 'children')]);
    }
    const problems: Problem[] = [];
    const prepared = children.map((child: Delegation, n): Prepared | undefined => {
      const path = `children[${n}]`;
      try {
        const ready = this.prepare({ ...child, delegated: true });
        for (const wrong of validatePayload(MESSAGE_TYPES.submit, ready.submission))
          problems.push({ ...wrong, path: wrong.path?.replace(/^payload/, path) });
        return ready;
      } catch (error) {
        // a time is the one part that is refused with a code; else it is an input that JSON cannot say
        const code = codeOf(error);
        problems.push(problem(code ?? 'INVALID_MESSAGE', (error as Error).message, `${path}.${code ? 'timeout' : 'input'}`));
        return undefined;
      }
    });
    if (problems.length > 0) throw invalid(problems);
    return prepared as Prepared[];
  }

  private prepare({ skill, input, key, timeout, priority, delegated }: Child): Prepared {
    const { address, dispatch } = this.of;
    const parent = { flowId: address.flowId, taskId: address.taskId, attempt: address.attempt };
    const flowId = childId(parent, { ordinal: this.asked++, key, skill, input });
    const submission = {
      skill,
      ...(input !== undefined && { input }),
      priority: priority ?? dispatch.priority,
      ...(timeout !== undefined && { timeout: parseDuration(timeout) }),
      parent: { ...parent, ...(delegated && { delegated }) },
    };
    return { flowId, submission };
  }

  private async submit({ flowId, submission }: Prepared): Promise<string> {
    const { contextId, userId, hop } = this.of.dispatch;
    await this.client.submit(submission, { flowId, contextId, userId, hop: hop + 1 });
    return flowId;
  }
}

const invalid = (problems: Problem[]): WaggleError =>
  new WaggleError('INVALID_MESSAGE', problems.map(({ path, message }) => `${path}: ${message}`).join(' '), { problems });
