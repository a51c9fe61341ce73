import { Inject, Injectable } from '@nestjs/common';
import { newestThatFits, parseDefinition, workflowKey, type FlowDefinition } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { problem, type Problem } from '@waggle/protocol';
import { BUS } from '@waggle/service';

/** Stored workflows, for submissions by name. */
@Injectable()
export class Workflows {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** The newest version that fits; problems when there is none, or it is not valid. */
  async find(name: string, version?: string): Promise<FlowDefinition | { problems: Problem[] }> {
    const prefix = workflowKey(name);
    const entries = await this.bus.bucket('WORKFLOWS').entries(`${prefix}>`);
    const newest = newestThatFits(
      entries.map(({ key }) => key.slice(prefix.length)),
      version,
    );
    const entry = entries.find(({ key }) => newest !== undefined && key === `${prefix}${newest}`);
    if (newest === undefined || entry === undefined) return { problems: [unknown(name, version)] };
    const parsed = parseDefinition(entry.text(), { file: entry.key });
    return 'definition' in parsed ? parsed.definition : parsed;
  }
}

const unknown = (name: string, version?: string): Problem => {
  const what = version === undefined ? name : `${name} ${version}`;
  return problem('WORKFLOW_UNKNOWN', `No workflow ${what} is stored.`, version === undefined ? 'payload.workflow' : 'payload.version');
};
