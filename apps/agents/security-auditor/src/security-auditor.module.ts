import { Module } from '@nestjs/common';
import { SecurityAuditor } from './security-auditor.js';

@Module({ providers: [SecurityAuditor] })
export class SecurityAuditorModule {}
