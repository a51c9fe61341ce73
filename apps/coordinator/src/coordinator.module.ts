import { Module, type DynamicModule } from '@nestjs/common';
import { Lifecycle, Presence } from '@waggle/service';
import { COORDINATOR_CONFIG, readCoordinatorConfig, type CoordinatorConfig } from './coordinator-config.js';
import { CoordinatorService } from './coordinator.service.js';
import { Asks } from './engine/asks.js';
import { Audit } from './engine/audit.js';
import { Beginnings } from './engine/beginnings.js';
import { Desk } from './engine/desk.js';
import { Directory } from './engine/directory.js';
import { Emitter } from './engine/emitter.js';
import { Engine } from './engine/engine.js';
import { EventSignals } from './engine/event-signals.js';
import { EngineMetrics } from './engine/engine-metrics.js';
import { FactGatherer } from './engine/facts.js';
import { FlowStore } from './engine/flow-store.js';
import { Freezes } from './engine/freezes.js';
import { Happenings } from './engine/happenings.js';
import { Lanes } from './engine/lanes.js';
import { LateTimers } from './engine/late-timers.js';
import { Offers } from './engine/offers.js';
import { Orphans } from './engine/orphans.js';
import { Refusals } from './engine/refusals.js';
import { Parents } from './engine/parents.js';
import { QueueDepths } from './engine/queue-depths.js';
import { Pressure } from './engine/pressure.js';
import { Retention } from './engine/retention.js';
import { ShortTimers } from './engine/short-timers.js';
import { SkillOffered } from './engine/skill-offered.js';
import { Sources } from './engine/sources.js';
import { StatusFeed } from './engine/status-feed.js';
import { StoredAnswers } from './engine/stored-answers.js';
import { StoredInputs } from './engine/stored-inputs.js';
import { StoredResults } from './engine/stored-results.js';
import { UnknownFlows } from './engine/unknown-flows.js';
import { Triggers } from './engine/triggers.js';
import { Timers } from './engine/timers.js';
import { Values } from './engine/values.js';
import { Waits } from './engine/waits.js';
import { Workflows } from './engine/workflows.js';
import { BlockedSources } from './inputs/blocked-sources.js';
import { ForgottenInputs } from './inputs/forgotten-inputs.js';
import { Inputs } from './inputs/inputs.js';
import { Intake } from './inputs/intake.js';
import { Partitions } from './inputs/partitions.js';
import { SilentSources } from './inputs/silent-sources.js';
import { SourcePositions } from './inputs/source-positions.js';
import { Strays } from './inputs/strays.js';
import { Nameless } from './inputs/nameless.js';
import { FlowDescriber } from './questions/flow-describer.js';
import { FlowLister } from './questions/flow-lister.js';
import { Questions } from './questions/questions.js';

const INPUTS = [Inputs, Intake, Partitions, Strays, Nameless, BlockedSources, SilentSources, ForgottenInputs, SourcePositions];
const DECISIONS = [
  Lanes,
  Desk,
  Engine,
  EngineMetrics,
  FlowStore,
  FactGatherer,
  Beginnings,
  Parents,
  StoredResults,
  StoredAnswers,
  StoredInputs,
  Sources,
  Orphans,
  Refusals,
  UnknownFlows,
];
const WORLD = [Directory, Freezes, Workflows, Values, Pressure, Audit];
const EFFECTS = [
  Emitter,
  Asks,
  Waits,
  EventSignals,
  Happenings,
  Triggers,
  ShortTimers,
  LateTimers,
  Timers,
  StatusFeed,
  SkillOffered,
  Retention,
];
const CHOICE = [QueueDepths, Offers];
const ANSWERS = [Questions, FlowDescriber, FlowLister];

@Module({
  providers: [
    { provide: COORDINATOR_CONFIG, useFactory: () => readCoordinatorConfig() },
    CoordinatorService,
    ...INPUTS,
    ...DECISIONS,
    ...WORLD,
    ...EFFECTS,
    ...ANSWERS,
    ...CHOICE,
  ],
})
export class CoordinatorModule {
  constructor(lifecycle: Lifecycle, presence: Presence, coordinator: CoordinatorService) {
    presence.describe({ kind: 'service', description: 'Drives every flow to its end' });
    lifecycle.onDrain(() => {
      // the others hear of it first and take over
      presence.drain();
      return coordinator.stop();
    });
  }

  /** With settings of one's own instead of the environment's. */
  static with(config: CoordinatorConfig): DynamicModule {
    return { module: CoordinatorModule, providers: [{ provide: COORDINATOR_CONFIG, useValue: config }] };
  }
}
