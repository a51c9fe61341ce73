import { Module } from '@nestjs/common';
import { WordCounter } from './word-counter.js';

@Module({ providers: [WordCounter] })
export class WordCounterModule {}
