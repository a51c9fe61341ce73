import { Module } from '@nestjs/common';
import { WorkspaceAgent } from './workspace-agent.js';

@Module({ providers: [WorkspaceAgent] })
export class WorkspaceAgentModule {}
