import { Inject, Injectable } from '@nestjs/common';
import type { Decision, Facts, Input } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { BUS } from '@waggle/service';
import type { FlowKey } from '../domain/flow-key.js';
import { inDecisionOrder } from '../domain/order.js';
import { Beginnings } from './beginnings.js';
import type { Flow } from './flow-store.js';
import { Freezes } from './freezes.js';
import { Sources } from './sources.js';
import { StoredAnswers } from './stored-answers.js';
import { Offers } from './offers.js';
import { StoredResults } from './stored-results.js';
import { Values, type DecisionValues } from './values.js';

export interface Gathered {
  facts: Facts;
  values: DecisionValues;
  /** The inputs as they are to be decided. */
  inputs: Input[];
}

/** Gathers what a decision is made by and the flow's log does not hold. */
@Injectable()
export class FactGatherer {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly offers: Offers,
    private readonly values: Values,
    private readonly beginnings: Beginnings,
    private readonly results: StoredResults,
    private readonly answers: StoredAnswers,
    private readonly sources: Sources,
    private readonly freezes: Freezes,
  ) {}

  /** Fetches what a decision could not be made without. */
  async serve({ facts, values }: Gathered, need: Extract<Decision, { kind: 'need' }>): Promise<void> {
    if (need.events) facts.events = (await this.bus.figures('EVENT')).lastSequence;
    await values.serve(need);
  }

  async gather(key: FlowKey, flow: Flow, inputs: readonly Input[]): Promise<Gathered> {
    const values = this.values.forDecision(key);
    const facts: Facts = {
      directory: (skill) => this.offers.find(skill),
      weights: this.offers.weights,
      crowds: (skill) => this.offers.crowds(key.tenant, skill),
      frozen: (skill) => this.freezes.has(skill),
      value: values.value,
      stored: values.stored,
    };
    const given: Input[] = [];
    for (const input of inputs) {
      given.push(input.kind === 'submit' && flow.sequence === 0 ? await this.beginnings.prepare(input, facts) : input);
      // whoever was woken may be decided for by a replica that has not heard of the newcomer yet
      if (input.kind === 'signal' && input.signal === 'wake' && typeof input.data?.skill === 'string')
        await Promise.all([this.offers.refresh(input.data.skill), this.freezes.refresh(input.data.skill)]);
    }
    await this.sources.restore(key, flow, facts);
    const before = await this.answers.before(key, flow, given);
    const late = await this.results.late(key, flow, given);
    const all = [...before, ...given, ...late];
    return { facts, values, inputs: all.length > given.length ? inDecisionOrder(all) : given };
  }
}
