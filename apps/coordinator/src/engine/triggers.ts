import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { LIMITS, newestThatFits, parseDefinition, parseWorkflowKey, startedBy, workflowKey, type FlowDefinition } from '@waggle/flow';
import { BucketMirror, type Bus } from '@waggle/bus';
import { bucketStream, createMessage, MESSAGE_TYPES, subjects, type Submit } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { derivedId } from '../domain/derived-id.js';
import type { Happened } from '../domain/read-event.js';

/**
 * Stored workflows that events start: of each name the newest version. Known by listening; a workflow counts from a
 * moment after it was stored.
 */
@Injectable()
export class Triggers implements OnModuleInit, OnModuleDestroy {
  private readonly texts: BucketMirror<string>;
  private listening: FlowDefinition[] | undefined;
  /** When each was stored; read where it is asked for. */
  private times: Promise<ReadonlyMap<string, Date>> | undefined;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {
    this.texts = new BucketMirror(bus, 'WORKFLOWS', {
      // most workflows are started by people: only what may name an event is kept
      read: (entry) => (/\bon"?\s*:/.test(entry.text()) ? entry.text() : ''),
      changed: () => (this.listening = this.times = undefined),
      log,
    });
  }

  onModuleInit(): Promise<void> {
    return this.texts.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.texts.stop();
  }

  /**
   * Asks for every flow that an event starts, under ids derived from the event's: asked again, it is the same flow. `by`:
   * by what was stored by then.
   */
  async start(tenant: string, event: Happened, by?: Date): Promise<void> {
    for (const definition of by === undefined ? this.current : await this.as(by)) {
      for (const { index, input, problem } of startedBy(definition, { ...event })) {
        if (problem) this.log.warn('an event cannot start a workflow', { tenant, workflow: definition.name, ...problem });
        else await this.submit(tenant, derivedId('on', definition.name, index, event.source, event.type, event.id), { definition, input });
      }
    }
  }

  private async submit(
    tenant: string,
    flowId: string,
    { definition, input }: { definition: FlowDefinition; input: unknown },
  ): Promise<void> {
    const payload: Submit = { workflow: definition.name, version: definition.version, input };
    const message = createMessage({ id: flowId, type: MESSAGE_TYPES.submit, from: this.bus.me, tenant, correlationId: flowId, payload });
    const body = JSON.stringify(message);
    // what its input makes of the event may be any number of times as large
    if (Buffer.byteLength(body) > LIMITS.start)
      return this.log.warn('an event cannot start a workflow: its input is too large', { tenant, workflow: definition.name });
    await this.bus.publishOnce('SUBMIT', subjects.submit(tenant, this.bus.me, flowId), body);
  }

  private get current(): FlowDefinition[] {
    return (this.listening ??= this.read([...this.texts.keys()]));
  }

  /** As they were at a time. */
  private async as(by: Date): Promise<FlowDefinition[]> {
    const times = await (this.times ??= this.readTimes());
    const keys = [...this.texts.keys()];
    const known = keys.filter((key) => times.has(key) && times.get(key)! <= by);
    return known.length === keys.length ? this.current : this.read(known);
  }

  private async readTimes(): Promise<ReadonlyMap<string, Date>> {
    try {
      const stored = await this.bus.read(bucketStream('WORKFLOWS'), subjects.kvKey('WORKFLOWS', '>'), { lastPerSubject: true });
      const prefix = subjects.kvKey('WORKFLOWS', '').length;
      return new Map(stored.map(({ subject, time }) => [subject.slice(prefix), time]));
    } catch (error) {
      this.times = undefined;
      throw error;
    }
  }

  private read(keys: readonly string[]): FlowDefinition[] {
    const versions = new Map<string, string[]>();
    for (const key of keys) {
      const { name, version } = parseWorkflowKey(key) ?? {};
      if (name !== undefined && version !== undefined) versions.set(name, [...(versions.get(name) ?? []), version]);
    }
    return [...versions].flatMap(([name, all]) => {
      const text = this.texts.get(workflowKey(name, newestThatFits(all) ?? ''));
      const parsed = text ? parseDefinition(text, { file: name }) : undefined;
      return parsed && 'definition' in parsed && parsed.definition.on ? [parsed.definition] : [];
    });
  }
}
