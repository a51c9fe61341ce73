import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The figures of one service: a registry of its own, for many services may run in one process. */
export class Metrics {
  readonly registry = new Registry();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
  }

  /** A counter; made once, found again by its name. */
  counter(name: string, help: string, labelNames: string[] = []): Counter {
    return this.found<Counter>(name) ?? new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return this.found<Gauge>(name) ?? new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  /** A histogram of seconds unless other buckets are named. */
  histogram(name: string, help: string, options: { labelNames?: string[]; buckets?: number[] } = {}): Histogram {
    return this.found<Histogram>(name) ?? new Histogram({ name, help, registers: [this.registry], ...options });
  }

  /** Adds the process's own figures (memory, CPU, event loop). */
  ofProcess(): void {
    if (this.registry.getSingleMetric('process_cpu_user_seconds_total') === undefined) collectDefaultMetrics({ register: this.registry });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  private found<T>(name: string): T | undefined {
    return this.registry.getSingleMetric(name) as T | undefined;
  }
}
