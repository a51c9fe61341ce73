import { Module } from '@nestjs/common';
import { Reviewer } from './reviewer.js';

@Module({ providers: [Reviewer] })
export class ReviewerModule {}
