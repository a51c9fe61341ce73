import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { LIMITS, newestThatFits, parseDefinition, parseWorkflowKey, startedBy, workflowKey, type FlowDefinition } from '@waggle/flow';
import type { Bus, Subscription } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, type Submit } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { derivedId } from '../domain/derived-id.js';
import type { Happened } from '../domain/read-event.js';

/**
 * Stored workflows that events start: of each name the newest version. Known by listening; a workflow counts from a
 * moment after it was stored.
 */
@Injectable()
export class Triggers implements OnModuleInit, OnModuleDestroy {
  private readonly texts = new Map<string, string>();
  private listening: FlowDefinition[] | undefined;
  private watching?: Subscription;
  private stopHearing?: () => void;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    this.watching = await this.bus
      .bucket('WORKFLOWS')
      .watch('>', (entry) => this.heard(entry.key, entry.deleted ? undefined : entry.text()));
    await this.reload();
    // writes are heard at most once: after a break, read them all again
    this.stopHearing = this.bus.onHealth(({ ready }) => {
      if (ready) this.reload().catch((error: unknown) => this.log.warn('the workflows could not be read again', { error }));
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopHearing?.();
    await this.watching?.stop();
  }

  /** Asks for every flow that an event starts, under ids derived from the event's: asked again, it is the same flow. */
  async start(tenant: string, event: Happened): Promise<void> {
    for (const definition of (this.listening ??= this.read())) {
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

  private async reload(): Promise<void> {
    const entries = await this.bus.bucket('WORKFLOWS').entries('>');
    const there = new Set(entries.map(({ key }) => key));
    for (const key of this.texts.keys()) if (!there.has(key)) this.heard(key, undefined);
    for (const entry of entries) this.heard(entry.key, entry.text());
  }

  private heard(key: string, text: string | undefined): void {
    this.listening = undefined;
    if (text === undefined) this.texts.delete(key);
    // most workflows are started by people: only what may name an event is kept
    else if (/\bon"?\s*:/.test(text)) this.texts.set(key, text);
    else this.texts.set(key, '');
  }

  private read(): FlowDefinition[] {
    const versions = new Map<string, string[]>();
    for (const key of this.texts.keys()) {
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
