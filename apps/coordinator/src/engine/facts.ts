import { Inject, Injectable } from '@nestjs/common';
import type { Decision, Facts, Input } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { BUS } from '@waggle/service';
import type { FlowKey } from '../domain/flow-key.js';
import { inParallel } from '../domain/in-parallel.js';
import { Beginnings } from './beginnings.js';
import type { Flow } from './flow-store.js';
import { Offers } from './offers.js';
import { StoredInputs } from './stored-inputs.js';
import { Values, type DecisionValues } from './values.js';

const WIDTH = 8;

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
    private readonly stored: StoredInputs,
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
      goesFirst: (skill) => this.offers.goesFirst(key.tenant, skill),
      frozen: (skill) => this.offers.frozen(skill),
      value: values.value,
      stored: values.stored,
    };
    const given: Input[] = [];
    for (const input of inputs) {
      given.push(input.kind === 'submit' && flow.sequence === 0 ? await this.beginnings.prepare(input, facts) : input);
      if (input.kind === 'signal') await inParallel(lookedFor(input, flow), WIDTH, (skill) => this.offers.refresh(skill));
    }
    await this.beginnings.restore(key, flow, facts);
    return { facts, values, inputs: await this.stored.beside(key, flow, given) };
  }
}

/**
 * Skills whose offers a signal is decided by: whoever was woken may be decided for by a replica that has not heard of the
 * newcomer yet; and who was woken while the flow was paused is not woken again when it goes on.
 */
const lookedFor = ({ signal, data }: Extract<Input, { kind: 'signal' }>, { state }: Flow): string[] => {
  if (signal === 'wake' && typeof data?.skill === 'string') return [data.skill];
  return signal === 'resume' ? [...state.waiting.keys()] : [];
};
