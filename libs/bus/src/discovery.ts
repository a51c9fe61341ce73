import { newId } from '@waggle/protocol';
import type { Bus, Subscription } from './port.js';

export interface EndpointFigures {
  requests: number;
  errors: number;
  lastError: string;
  milliseconds: number;
}

const VERBS = ['PING', 'INFO', 'STATS'] as const;
type Verb = (typeof VERBS)[number];

/**
 * NATS's protocol for finding services (ADR-32 of nats-architecture-and-design), as far as it goes without
 * a library: `nats micro ls` and the like see our services.
 */
export class ServiceDiscovery {
  private readonly id = newId();
  private readonly started = new Date().toISOString();
  private readonly figuresOf = new Map<string, EndpointFigures & { subject: string }>();

  constructor(
    private readonly bus: Bus,
    private readonly options: { version: string },
  ) {}

  figures(endpoint: string, subject: string): EndpointFigures {
    const figures = { subject, requests: 0, errors: 0, lastError: '', milliseconds: 0 };
    this.figuresOf.set(endpoint, figures);
    return figures;
  }

  async start(): Promise<Subscription[]> {
    const { me } = this.bus;
    const started: Subscription[] = [];
    for (const verb of VERBS) {
      for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.${me}`, `$SRV.${verb}.${me}.${this.id}`]) {
        started.push(await this.bus.subscribe(subject, (message) => message.respond(JSON.stringify(this.describe(verb)))));
      }
    }
    return started;
  }

  private describe(verb: Verb): object {
    const head = {
      type: `io.nats.micro.v1.${verb.toLowerCase()}_response`,
      name: this.bus.me,
      id: this.id,
      version: this.options.version,
      metadata: {},
    };
    if (verb === 'PING') return head;
    const endpoints = [...this.figuresOf].map(([name, figures]) => {
      const place = { name, subject: figures.subject, queue_group: this.bus.me };
      if (verb === 'INFO') return { ...place, metadata: {} };
      const nanos = Math.round(figures.milliseconds * 1e6);
      return {
        ...place,
        num_requests: figures.requests,
        num_errors: figures.errors,
        last_error: figures.lastError,
        processing_time: nanos,
        average_processing_time: figures.requests ? Math.round(nanos / figures.requests) : 0,
      };
    });
    return verb === 'INFO' ? { ...head, description: '', endpoints } : { ...head, started: this.started, endpoints };
  }
}
