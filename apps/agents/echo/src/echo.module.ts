import { Module } from '@nestjs/common';
import { Echo } from './echo.js';

@Module({ providers: [Echo] })
export class EchoModule {}
