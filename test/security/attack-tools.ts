import { ask, headersOf, send, type Answer } from './probe.js';
import type { Role, SecureMesh } from './secure-mesh.js';

/** Milliseconds for an answer that comes in any case. */
const PATIENCE = 20_000;

let count = 0;
/** A token that no other test uses. */
export const fresh = (): string => `x${++count}`;

/** What an attack needs beside a role of its own: eyes that see everything, and facts of others. */
export class AttackTools {
  constructor(private readonly mesh: SecureMesh) {}

  /** Hostile code that signed in with a key of its own. */
  readonly agent = (): Role => this.mesh.as('auditor');
  readonly victim = (): Role => this.mesh.as('codegen');
  readonly client = (): Role => this.mesh.as('alice');
  readonly coordinator = (): Role => this.mesh.as('coordinator');

  async observe<T>(request: string, body: unknown = ''): Promise<T> {
    const answer = await this.mesh.observer.request(request, body === '' ? '' : JSON.stringify(body), { timeout: PATIENCE });
    return answer.json<T>();
  }

  /** Stores something as if its rightful writer had. */
  async put(
    subject: string,
    body = 'genuine',
    header?: Record<string, string>,
  ): Promise<{ seq: number; error?: { err_code: number; description: string } }> {
    return (await this.mesh.observer.request(subject, body, { timeout: PATIENCE, headers: headersOf(header) })).json();
  }

  /** What is stored on a subject now. */
  async stored(stream: string, subject: string): Promise<string | undefined> {
    const answer = await this.observe<{ message?: { data?: string } }>(`$JS.API.STREAM.MSG.GET.${stream}`, { last_by_subj: subject });
    return answer.message && Buffer.from(answer.message.data ?? '', 'base64').toString();
  }

  async messages(stream: string): Promise<number | undefined> {
    return (await this.observe<{ state?: { messages: number } }>(`$JS.API.STREAM.INFO.${stream}`)).state?.messages;
  }

  consumer(name: string): Promise<{ num_ack_pending: number; config: { filter_subject: string }; paused?: boolean }> {
    return this.observe(`$JS.API.CONSUMER.INFO.TASK.${name}`);
  }

  /** A task of an agent, taken from its queue by the observer: the delivery's ack subject. */
  async taken(agent: string, priority: string): Promise<string> {
    await this.put(`wg.t1.task.${agent}.${priority}.${fresh()}.a.1`);
    const request = `$JS.API.CONSUMER.MSG.NEXT.TASK.${agent}-${priority}`;
    const reply = `observer.${fresh()}`;
    // a delivery keeps its own subject, so the client's shared inbox would not know it
    return (await this.mesh.observer.request(request, '{"batch":1,"expires":15000000000}', { timeout: PATIENCE, noMux: true, reply }))
      .reply!;
  }

  /** Has the server publish bytes of the attacker's choice on a subject of its choice, as far as that is possible. */
  async launder(role: Role, body: string, target: string): Promise<Answer> {
    const own = `wg.t1.blob.${role.name}.${fresh()}.0`;
    const kept = await ask(role, own, body);
    if (kept.kind !== 'ok') throw new Error(`the attacker cannot even keep a blob: ${kept.text}`);
    const answer = await send(role, `$JS.API.DIRECT.GET.BLOB.${own}`, { reply: target });
    await this.settled(role, `$JS.API.DIRECT.GET.BLOB.${own}`);
    return answer;
  }

  /** The same question again, honestly: once it is answered, what was asked before it has had its effect. */
  async settled(role: Role, question: string, body = ''): Promise<void> {
    const answer = await ask(role, question, { body });
    if (answer.kind === 'silence') throw new Error(`no answer to ${question}: the attack proves nothing`);
    await this.mesh.observer.flush();
  }
}
