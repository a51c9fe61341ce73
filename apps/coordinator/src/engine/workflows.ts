import { Inject, Injectable } from '@nestjs/common';
import { newestThatFits, parseDefinition, workflowKey, type FlowDefinition } from '@waggle/flow';
import type { BucketEntry, Bus } from '@waggle/bus';
import { problem, type Problem } from '@waggle/protocol';
import { BUS } from '@waggle/service';

/** Stored workflows, for submissions by name. */
@Injectable()
export class Workflows {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** The newest version that fits; problems when there is none, or it is not valid. */
  async find(name: string, version?: string): Promise<FlowDefinition | { problems: Problem[] }> {
    const prefix = workflowKey(name);
    const bucket = this.bus.bucket('WORKFLOWS');
    const fitting = (entries: readonly BucketEntry[]): BucketEntry | undefined => {
      const versions = entries.map(({ key }) => key.slice(prefix.length));
      const newest = newestThatFits(versions, version);
      return entries.find(({ key }) => newest !== undefined && key === `${prefix}${newest}`);
    };
    // a replica that lags behind may not know what was stored a moment ago, and a rejected id is spent
    const entry =
      fitting(await bucket.entries(`${prefix}>`)) ?? fitting((await bucket.writes(`${prefix}>`)).filter(({ deleted }) => !deleted));
    if (entry === undefined) return { problems: [unknown(name, version)] };
    const parsed = parseDefinition(entry.text(), { file: entry.key });
    return 'definition' in parsed ? parsed.definition : parsed;
  }
}

const unknown = (name: string, version?: string): Problem => {
  const what = version === undefined ? name : `${name} ${version}`;
  return problem('WORKFLOW_UNKNOWN', `No workflow ${what} is stored.`, version === undefined ? 'payload.workflow' : 'payload.version');
};
