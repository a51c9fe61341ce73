import { Module } from '@nestjs/common';
import { Lifecycle } from '@waggle/service';
import { Alarms } from './alarms.js';
import { Audit } from './audit.js';
import { Channels } from './channels.js';
import { Checkpoints } from './checkpoints.js';
import { Cuts } from './cuts.js';
import { Deliveries } from './deliveries.js';
import { Events } from './events.js';
import { FlowShares } from './flow-shares.js';
import { FlowSignals } from './flow-signals.js';
import { Memory } from './memory.js';
import type { Part } from './part.js';
import { PARTS, Questions } from './questions.js';
import { Resources } from './resources.js';
import { Rollbacks } from './rollbacks.js';
import { Sessions } from './sessions.js';
import { SessionsService } from './sessions.service.js';
import { Documents } from './store/documents.js';
import { MemoryStore } from './store/memory-store.js';
import { References } from './store/references.js';
import { SyncPoints } from './sync-points.js';
import { Tellers } from './tellers.js';

const PARTS_OF = [Memory, Sessions, Channels, SyncPoints, Resources, Checkpoints];

@Module({
  providers: [
    SessionsService,
    Questions,
    Alarms,
    Audit,
    Deliveries,
    Events,
    FlowShares,
    FlowSignals,
    Tellers,
    Documents,
    MemoryStore,
    References,
    Cuts,
    Rollbacks,
    ...PARTS_OF,
    { provide: PARTS, useFactory: (...parts: Part[]) => parts, inject: PARTS_OF },
  ],
})
export class SessionsModule {
  constructor(lifecycle: Lifecycle, sessions: SessionsService) {
    lifecycle.onDrain(() => sessions.stop());
  }
}
