import { Module } from '@nestjs/common';
import { TechDebtTracker } from './tech-debt-tracker.js';

@Module({ providers: [TechDebtTracker] })
export class TechDebtTrackerModule {}
