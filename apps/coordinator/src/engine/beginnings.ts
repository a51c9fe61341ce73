import { Injectable } from '@nestjs/common';
import type { Facts, Input } from '@waggle/flow';
import { problem } from '@waggle/protocol';
import { Parents } from './parents.js';
import { Pressure } from './pressure.js';
import { Workflows } from './workflows.js';

type SubmitInput = Extract<Input, { kind: 'submit' }>;

/** What a submission needs before its flow can begin: its workflow, its parent's leave, and room on the disk. */
@Injectable()
export class Beginnings {
  constructor(
    private readonly workflows: Workflows,
    private readonly parents: Parents,
    private readonly pressure: Pressure,
  ) {}

  /** Fills in the facts; the submission is changed where it cannot be taken. */
  async prepare(input: SubmitInput, facts: Facts): Promise<SubmitInput> {
    const { submission } = input;
    if ('problems' in submission) return input;
    if (submission.workflow !== undefined) facts.workflow = await this.workflows.find(submission.workflow, submission.version);
    if (submission.parent !== undefined) {
      facts.parent = await this.parents.reserve(input, { ...submission, parent: submission.parent }, facts);
    } else if (this.pressure.overloaded()) {
      // what runs, children included, may use what room is left
      return {
        ...input,
        submission: { problems: [problem('OVERLOADED', 'The broker is nearly full: submit again in a minute, under a new id.')] },
      };
    }
    return input;
  }
}
