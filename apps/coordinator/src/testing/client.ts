import { clientManifest, type Bus } from '@waggle/bus';
import {
  createMessage,
  MESSAGE_TYPES,
  newId,
  subjects,
  type AgentMessage,
  type Outcome,
  type SignalName,
  type Submit,
} from '@waggle/protocol';
import { eventually, type TestBroker } from '@waggle/testkit';

export const TENANT = 'default';
export const CLIENT = clientManifest('client', TENANT);

/** Asks for flows as a plain client does, and hears how they end. */
export class TestClient {
  private readonly heard = new Set<string>();
  private readonly waiting = new Map<string, () => void>();

  private constructor(readonly bus: Bus) {}

  static async join(broker: TestBroker, name: string = CLIENT.name): Promise<TestClient> {
    const client = new TestClient(await broker.busFor(name));
    await client.bus.subscribe(subjects.outcome(TENANT, name, '*'), (message) =>
      client.hear(message.json<AgentMessage<Outcome>>().payload),
    );
    return client;
  }

  async submit(payload: Submit, flowId: string = newId()): Promise<string> {
    const message = createMessage({ type: MESSAGE_TYPES.submit, from: this.bus.me, tenant: TENANT, payload });
    await this.submitRaw(JSON.stringify(message), flowId);
    return flowId;
  }

  async submitRaw(body: string, flowId: string): Promise<void> {
    await this.bus.publishOnce('SUBMIT', subjects.submit(TENANT, this.bus.me, flowId), body);
  }

  async signal(flowId: string, name: SignalName, id: string = newId()): Promise<void> {
    const message = createMessage({ type: MESSAGE_TYPES.signal, from: this.bus.me, tenant: TENANT, payload: { signal: name } });
    await this.bus.publishOnce('SUBMIT', subjects.signal(TENANT, this.bus.me, flowId, id), JSON.stringify(message));
  }

  /** The one end of a flow, once it is stored: who listens may hear it a moment before. What is stored counts where it was not heard. */
  async outcome(flowId: string, timeout = 15_000): Promise<Outcome> {
    const heard = new Promise<void>((resolve) => this.waiting.set(flowId, resolve));
    const known = eventually(async () => this.heard.has(flowId) || (await this.stored(flowId)) !== undefined, { timeout, every: 200 });
    await Promise.race([heard, known]);
    return eventually(() => this.stored(flowId), { timeout });
  }

  async run(payload: Submit, flowId?: string): Promise<Outcome> {
    return this.outcome(await this.submit(payload, flowId));
  }

  private async stored(flowId: string): Promise<Outcome | undefined> {
    const message = await this.bus.last('FLOW', subjects.outcome(TENANT, this.bus.me, flowId));
    return message?.json<AgentMessage<Outcome>>().payload;
  }

  private hear({ flowId }: Outcome): void {
    this.heard.add(flowId);
    this.waiting.get(flowId)?.();
  }
}
