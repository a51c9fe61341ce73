import { Injectable } from '@nestjs/common';
import { Metrics } from '@waggle/service';

const FINE = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];
const WIDE = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];

/** The coordinator's figures. */
@Injectable()
export class EngineMetrics {
  readonly started;
  readonly ended;
  readonly transitions;
  readonly refused;
  readonly failures;
  readonly decideTime;
  readonly inputLag;

  constructor(metrics: Metrics) {
    this.started = metrics.counter('waggle_flows_started_total', 'Flows that began');
    this.ended = metrics.counter('waggle_flows_ended_total', 'Flows that ended, by state', ['state']);
    this.transitions = metrics.counter('waggle_transitions_total', 'Log entries appended');
    this.refused = metrics.counter('waggle_appends_refused_total', 'Appends that another replica was faster with');
    this.failures = metrics.counter('waggle_inputs_handed_back_total', 'Inputs that could not be dealt with and come again');
    this.decideTime = metrics.histogram('waggle_decide_seconds', 'Time of a decision', { buckets: FINE });
    this.inputLag = metrics.histogram('waggle_input_lag_seconds', 'From an input being stored to it being taken up', { buckets: WIDE });
  }
}
