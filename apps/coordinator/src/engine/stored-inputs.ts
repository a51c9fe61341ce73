import { Injectable } from '@nestjs/common';
import type { Input } from '@waggle/flow';
import type { FlowKey } from '../domain/flow-key.js';
import { inDecisionOrder } from '../domain/order.js';
import type { Flow } from './flow-store.js';
import { StoredAnswers } from './stored-answers.js';
import { StoredResults } from './stored-results.js';

/** What is stored and counts together with what arrived, whether its copy has come or not. */
@Injectable()
export class StoredInputs {
  constructor(
    private readonly results: StoredResults,
    private readonly answers: StoredAnswers,
  ) {}

  /** The inputs with all that must be decided along with them, in their order. */
  async beside(key: FlowKey, flow: Flow, given: Input[]): Promise<Input[]> {
    // neither is asked for by what most decisions are made of
    if (!given.some(({ kind }) => kind === 'timer' || kind === 'answer')) return given;
    const before = await this.answers.before(key, flow, given);
    const late = await this.results.late(key, flow, given);
    return before.length + late.length > 0 ? inDecisionOrder([...before, ...given, ...late]) : given;
  }
}
