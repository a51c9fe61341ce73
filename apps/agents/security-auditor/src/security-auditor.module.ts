import { Module } from '@nestjs/common';
import { providers } from './providers.js';
import { SecurityAuditor } from './security-auditor.js';

@Module({ providers: [SecurityAuditor, ...providers] })
export class SecurityAuditorModule {}
