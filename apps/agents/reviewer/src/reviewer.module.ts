import { Module } from '@nestjs/common';
import { Reviewer } from './reviewer.js';
import { Trends } from './trends.js';

@Module({ providers: [Reviewer, Trends] })
export class ReviewerModule {}
