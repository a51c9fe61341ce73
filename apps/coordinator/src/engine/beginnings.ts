import { Injectable } from '@nestjs/common';
import type { Facts, Input } from '@waggle/flow';
import { problem } from '@waggle/protocol';
import type { FlowKey } from '../domain/flow-key.js';
import type { Flow } from './flow-store.js';
import { Parents } from './parents.js';
import { Pressure } from './pressure.js';
import { Sources } from './sources.js';
import { Workflows } from './workflows.js';

type SubmitInput = Extract<Input, { kind: 'submit' }>;

/** What a submission needs before its flow can begin: its workflow, its parent's leave, and room on the disk. */
@Injectable()
export class Beginnings {
  constructor(
    private readonly workflows: Workflows,
    private readonly parents: Parents,
    private readonly sources: Sources,
    private readonly pressure: Pressure,
  ) {}

  /** Fills in what a flow is being restored from, while it is. */
  restore(key: FlowKey, flow: Flow, facts: Facts): Promise<void> {
    return this.sources.restore(key, flow, facts);
  }

  /** Fills in the facts; the submission is changed where it cannot be taken. */
  async prepare(input: SubmitInput, facts: Facts): Promise<SubmitInput> {
    const { submission } = input;
    if ('problems' in submission) return input;
    if (submission.workflow !== undefined) facts.workflow = await this.workflows.find(submission.workflow, submission.version);
    if (submission.resumes !== undefined) {
      const problems = await this.sources.resolve(input, submission.resumes, facts);
      if (problems.length > 0) return { ...input, submission: { problems } };
    }
    if (submission.parent !== undefined) {
      facts.parent = await this.parents.reserve(input, { ...submission, parent: submission.parent }, facts);
      return input;
    }
    // what runs, children included, may use what room is left
    const refusal = this.pressure.refuses(input.tenant, submission);
    if (refusal === undefined) return input;
    const { retryAfter, why } = refusal;
    const text = `The mesh takes no more at the moment, for ${why}: submit again after ${Math.ceil(retryAfter / 1_000)} s, under a new id.`;
    return { ...input, submission: { problems: [problem('OVERLOADED', text)], retryAfter } };
  }
}
